import { once } from 'node:events';

import { readConfig, type Config } from './config.ts';
import { WorkerError } from './errors.ts';
import type { Fact } from './identities/journal/fact.ts';
import { openSinkParts, startImmichSink, type SinkParts } from './immich-sink-parts.ts';
import type { Log } from './log.ts';
import { viewOf } from './pipeline/view-of.ts';
import { waitForRedis } from './queue/connection.ts';
import { claimForStore } from './queue/one-store.ts';
import { createResultPublisher } from './queue/result-publisher.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

/** `immich sink`: writes into Immich until the signal, in a process of its own. */
export async function runImmichSink(
  config: Config,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const { redis, queuePrefix: prefix, dataDir, mongodbUri } = config;
  if (config.immichWrite === undefined) {
    throw new WorkerError(
      'CONFIG_INVALID',
      'expected IMMICH_WRITE to say what is to be written (people, tags, albums), got none',
    );
  }
  await waitForRedis(redis, { log, signal });
  const store = await openStore({ dataDir, log, mongodbUri });
  const opened: { close(): Promise<unknown> }[] = [store];
  const other = new AbortController();
  try {
    const onOther = (error: WorkerError): void => {
      other.abort(error);
    };
    opened.push(await claimForStore({ redis, prefix, store, log, signal, onOther }));
    const publisher = createResultPublisher({
      ...{ redis, prefix, store, log },
      viewOf: (record) => viewOf(record, store),
    });
    opened.push(publisher);
    const publishFact = (fact: Fact): Promise<void> => publisher.publishFact(fact);
    const sink = startImmichSink(config, { store, log, publishFact });
    if (sink !== null) opened.push(sink);
    const ended = AbortSignal.any([signal, other.signal]);
    if (!ended.aborted) await once(ended, 'abort');
    other.signal.throwIfAborted();
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

/** Opens what a command on the results in Immich needs, for the time of `work`. */
export async function withSinkParts(
  log: Log,
  work: (parts: SinkParts & { config: Config; store: Store }) => Promise<void>,
): Promise<void> {
  const config = readConfig();
  const { dataDir, mongodbUri } = config;
  const store = await openStore({ dataDir, log, mongodbUri });
  try {
    const parts = openSinkParts(config, { store, log, publishFact: () => Promise.resolve() });
    if (parts === null) {
      throw new WorkerError(
        'CONFIG_INVALID',
        'expected IMMICH_URL and IMMICH_API_KEYS, got no address',
      );
    }
    try {
      await work({ ...parts, config, store });
    } finally {
      await parts.close();
    }
  } finally {
    await store.close();
  }
}
