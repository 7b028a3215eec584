import type { Config } from './config.ts';
import type { Fact } from './identities/journal/fact.ts';
import { indexBearers, type BearersOf } from './identities/journal/name-bearers.ts';
import { People } from './identities/journal/people.ts';
import { openImmichAccounts } from './immich-parts.ts';
import type { ImmichAccounts } from './immich/accounts.ts';
import { READING_SCOPES, type Scope } from './immich/client/scopes.ts';
import { openDetection } from './immich/sink/detection.ts';
import { createImmichSink, type ImmichSink } from './immich/sink/immich-sink.ts';
import type { OurSide } from './immich/sink/our-side.ts';
import type { Occasion } from './immich/sink/owner-context.ts';
import { runSink } from './immich/sink/run-sink.ts';
import { writingScopes } from './immich/sink/writing-scopes.ts';
import { createLease } from './immich/source/lease.ts';
import type { ImmichReports } from './immich/reports.ts';
import type { Log } from './log.ts';
import { createCorrector } from './pipeline/correct.ts';
import { startResultWorker, type ResultOptions } from './queue/result-worker.ts';
import type { Store } from './store/store.ts';

/** What writing into Immich works with. */
export interface SinkParts {
  readonly sink: ImmichSink;
  readonly accounts: ImmichAccounts;
  close(): Promise<void>;
}

export interface SinkPartsOptions {
  readonly store: Store;
  readonly log: Log;
  /** Publishes what was taken over from Immich; must not reject. */
  readonly publishFact: (fact: Fact) => Promise<void>;
  /** Told of what is written. */
  readonly reports?: ImmichReports;
}

/** Everything, for a repair or a withdrawal whatever IMMICH_WRITE says. */
const ALL_KINDS = { people: true, tags: true, albums: true } as const;

/** Null without IMMICH_URL. Nothing is asked before `accounts.refresh`. */
export function openSinkParts(config: Config, options: SinkPartsOptions): SinkParts | null {
  const { immichWrite, immich: settings } = config;
  const { store, log } = options;
  const scopes = [...NAMED_BY_SOURCE, ...writingScopes(immichWrite ?? ALL_KINDS)];
  const immich = openImmichAccounts(config, log, { scopes, reports: options.reports });
  if (immich === null) return null;
  const { accounts } = immich;
  const detection = openDetection({ accounts, events: settings?.events ?? null, log });
  const sink = createImmichSink({
    ...{ accounts, detection, log },
    links: store.immichLinks,
    turns: store.immich,
    ours: openOurSide(options),
    settings: immichWrite ?? {
      ...ALL_KINDS,
      unnamedPeople: true,
      albumRules: { everyone: true, albums: [] },
      detectionWaitMillis: 0,
    },
  });
  return {
    ...{ sink, accounts },
    close: async () => {
      await detection.close();
      await immich.close();
    },
  };
}

/** Those without which even the user stays unknown. */
const NAMED_BY_SOURCE: readonly Scope[] = READING_SCOPES.filter(
  ({ permission }) => permission !== 'asset.view',
);

/** Takes results and writes them into Immich until closed. Null when nothing is to be written. */
export function startImmichSink(
  config: Config,
  options: SinkPartsOptions,
): { close(): Promise<void> } | null {
  const { redis, queuePrefix: prefix, immich, immichWrite } = config;
  const parts = immichWrite === undefined ? null : openSinkParts(config, options);
  if (parts === null || immich === undefined || immichWrite === undefined) return null;
  const { sink, accounts } = parts;
  const { store, log } = options;
  const running = runSink({
    ...{ accounts, sink, log },
    lease: createLease(store.immich, log, 'immich-sink'),
    readBackMillis: immichWrite.readBackMillis,
    startConsumer: () =>
      startResultWorker({
        ...{ redis, prefix, log },
        concurrency: immich.concurrency,
        lockMillis: config.jobLockMillis,
        retry: config.jobs,
        onPhoto: ({ ownerId, assetId }, how) => sink.writePhoto(ownerId, assetId, occasionOf(how)),
        onPeople: ({ ownerId, ...changed }, how) => {
          const options = { signal: how.signal, occasion: occasionOf(how) };
          return sink.writePeople(ownerId, changed, options);
        },
      }),
  });
  return {
    close: async () => {
      await running.close();
      await parts.close();
    },
  };
}

function occasionOf({ sinceMillis, waitedFor }: ResultOptions): Occasion {
  return { sinceMillis, hasWaited: waitedFor !== null && DETECTION_CODES.includes(waitedFor) };
}

const DETECTION_CODES: readonly string[] = ['IMMICH_DETECTION_PENDING', 'IMMICH_FACES_PENDING'];

/** What the worker knows, as users see it now. */
export function openOurSide({
  store,
  publishFact,
}: Pick<SinkPartsOptions, 'store' | 'publishFact'>): OurSide {
  interface Known {
    readonly head: number;
    readonly people: People;
    bearersOf?: BearersOf;
  }
  const cache = new Map<string, Known>();
  const read = async (ownerId: string): Promise<Known> => {
    // Before the facts, so that what comes in between is read the next time.
    const head = await store.headSequence(ownerId);
    const known = cache.get(ownerId);
    if (known?.head === head) return known;
    const fresh = { head, people: People.of(await store.readFacts(ownerId)) };
    cache.set(ownerId, fresh);
    return fresh;
  };
  const peopleOf = async (ownerId: string): Promise<People> => (await read(ownerId)).people;
  const correct = createCorrector({ store, publish: publishFact });
  return {
    peopleOf: async (ownerId) => {
      const known = await read(ownerId);
      const { people } = known;
      return {
        resolve: (personId) => people.resolve(personId),
        stateOf: (personId) => people.stateOf(personId),
        bearersOf: (name) => (known.bearersOf ??= indexBearers(people))(name),
      };
    },
    photoOf: async (ownerId, assetId) => {
      const record = await store.findPhoto(ownerId, assetId);
      if (record === null || record.removed) return null;
      const people = await peopleOf(ownerId);
      const faces = people.viewOf(record).faces.map(({ faceId, personId, box }) => ({
        ...{ faceId, personId, box },
        byUser: people.isTouched(faceId),
      }));
      return { image: record.image, faces };
    },
    assetsOf: async (ownerId, personId) => {
      const people = await peopleOf(ownerId);
      const personIds = people.idsOf(personId);
      const faceIds = people.facesAssignedTo(personId);
      const faces = await store.listFaces(ownerId, { personIds, faceIds });
      return [...new Set(faces.map(({ assetId }) => assetId))];
    },
    correct: async (ownerId, correction, by) => {
      const { body } = await correct(ownerId, correction, by);
      return body.kind === 'faces-assigned' && body.as === 'split' ? body.personId : null;
    },
  };
}
