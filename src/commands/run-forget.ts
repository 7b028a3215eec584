import { rm } from 'node:fs/promises';
import path from 'node:path';

import { Queue } from 'bullmq';

import type { Config } from '../config.ts';
import { fetchedFolder, removeFetched } from '../immich/fetch-photo.ts';
import { closeQueue, promptConnection } from '../queue/connection.ts';
import { FACES_IDENTIFIED } from '../queue/faces-identified.ts';
import { createProducer } from '../queue/producer.ts';
import { ownerUploadFolders } from '../queue/upload-folder.ts';
import { ownerPicturesFolder, THUMBNAILS_FOLDER } from '../thumbnails/thumbnails.ts';
import { forgetOwner } from './forget.ts';
import { redisOrError, type CommandContext } from './run-backfill.ts';
import { storePlace, withStore } from './with-store.ts';
import { counted } from './counted.ts';

/** `forget --owner`: removes every trace of an owner and says what went. */
export async function runForget(ownerId: string, context: CommandContext): Promise<void> {
  const { config, output, signal } = context;
  await redisOrError(context);
  const queues = openQueues(config);
  try {
    await withStore(config, async (store) => {
      const uploadFolders = await ownerUploadFolders(config.dataDir, ownerId);
      const gone = await forgetOwner(ownerId, { store, queues: queues.all, uploadFolders, signal });
      const pictures = path.join(config.dataDir, THUMBNAILS_FOLDER, ownerPicturesFolder(ownerId));
      await rm(pictures, { recursive: true, force: true });
      const fetched = await removeFetched(fetchedFolder(config.dataDir), ownerId);
      output.write(
        `forgotten of owner ${ownerId}: ${counted(gone.photos, 'photo')}, ${counted(gone.faces, 'face')}, ` +
          `${counted(gone.facts, 'correction')}, ${counted(gone.jobs, 'job')}, ` +
          `${counted(gone.uploads, 'uploaded file')}, ${counted(fetched, 'fetched preview')}\n`,
      );
      if (gone.photos + gone.facts === 0) {
        output.write(
          `${storePlace(config)} knew nothing of this owner; is it the one that the worker uses?\n`,
        );
      }
      // Only MongoDB is shared by machines, each with a folder of its own.
      if (store.kind === 'mongodb') {
        output.write(
          `uploaded files, fetched previews and pictures of faces went from ${config.dataDir} alone; run this again ` +
            'with the DATA_DIR of each worker that has another\n',
        );
      }
    });
  } finally {
    await queues.close();
  }
}

/** `remove <asset>`: tells the worker that an asset is gone. */
export async function runRemove(
  asset: { assetId: string; ownerId: string },
  context: CommandContext,
): Promise<void> {
  await redisOrError(context);
  const { redis, queuePrefix: prefix, jobs } = context.config;
  const producer = createProducer({ redis, prefix, retry: jobs });
  try {
    const { assetId, ownerId } = asset;
    const known = await withStore(context.config, (store) => store.findPhoto(ownerId, assetId));
    const jobId = await producer.addRemoval(asset);
    const unknown =
      known === null
        ? `; nothing is known of such an asset of owner ${ownerId}, so only one that waits can go`
        : '';
    context.output.write(`job ${jobId} removes asset ${assetId}${unknown}\n`);
  } finally {
    await producer.close();
  }
}

function openQueues(config: Config): { all: Queue[]; close: () => Promise<void> } {
  const { redis, queuePrefix: prefix, jobs } = config;
  const producer = createProducer({ redis, prefix, retry: jobs });
  const results = new Queue(FACES_IDENTIFIED, { connection: promptConnection(redis), prefix });
  results.on('error', () => undefined);
  return {
    all: [producer.queue, results],
    close: async () => {
      await producer.close();
      await closeQueue(results);
    },
  };
}
