import { setTimeout } from 'node:timers/promises';

import { Queue, Worker, type Job, type QueueOptions } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import sharp from 'sharp';

import { detectFaces } from './detection.ts';
import type { StandInAsset, StandInState } from './state.ts';

interface EntityJob {
  readonly id: string;
  readonly source?: 'upload' | 'sidecar-write' | 'copy' | 'edit';
}

/** The queues of an upload, of Immich's nineteen (facts, 1.3). */
const QUEUES = [
  'metadataExtraction',
  'storageTemplateMigration',
  'thumbnailGeneration',
  'sidecar',
  'editor',
  'smartSearch',
  'faceDetection',
] as const;
type QueueName = (typeof QUEUES)[number];

/** What Immich does behind its API, as jobs on its own queues where a Redis is given. */
export interface ImmichJobs {
  /** Pauses the making of previews until `resumeThumbnails`, as under load. */
  holdThumbnails(): void;
  resumeThumbnails(): void;
  /** Milliseconds that a preview takes. */
  thumbnailMillis: number;
  /** The jobs of an upload (facts, 1.8). */
  uploaded(asset: StandInAsset): Promise<void>;
  /** What tagging an asset sets off (facts, 2.1, hazard [RUN]). */
  tagged(asset: StandInAsset): Promise<void>;
  /** What an edit in Immich sets off. */
  edited(asset: StandInAsset): Promise<void>;
  /** The nightly or asked-for job over the whole library, with a number as its id. */
  migrateAll(): Promise<void>;
  /** Resolves when no job is left. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Immich's queues in a real Redis under its own prefix (facts, 1.2), or plain calls without. */
export async function startJobs(
  state: StandInState,
  redis: RedisOptions | undefined,
): Promise<ImmichJobs> {
  const jobs = new StandInJobs(state, redis);
  await jobs.start();
  return jobs;
}

class StandInJobs implements ImmichJobs {
  thumbnailMillis = 0;
  readonly #state: StandInState;
  readonly #options: QueueOptions | undefined;
  readonly #queues = new Map<QueueName, Queue>();
  readonly #workers: Worker[] = [];
  #held: { promise: Promise<void>; release: () => void } | null = null;
  #running = 0;
  #wake: () => void = () => undefined;

  constructor(state: StandInState, redis: RedisOptions | undefined) {
    this.#state = state;
    this.#options =
      redis === undefined
        ? undefined
        : {
            prefix: 'immich_bull',
            connection: { ...redis, maxRetriesPerRequest: null },
            defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: false },
          };
  }

  async start(): Promise<void> {
    if (this.#options === undefined) return;
    const { prefix, connection } = this.#options;
    for (const name of QUEUES) {
      this.#queues.set(name, new Queue(name, this.#options));
      const run = (job: Job<EntityJob>): Promise<null> =>
        this.#run(name, job.data).then(() => null);
      const worker = new Worker<EntityJob, null>(name, run, { connection, prefix: prefix ?? '' });
      this.#workers.push(worker);
    }
    await Promise.all(
      [...this.#queues.values(), ...this.#workers].map((one) => one.waitUntilReady()),
    );
  }

  holdThumbnails(): void {
    let release = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held ??= { promise, release };
  }

  resumeThumbnails(): void {
    this.#held?.release();
    this.#held = null;
  }

  uploaded(asset: StandInAsset): Promise<void> {
    return this.#add('metadataExtraction', 'AssetExtractMetadata', {
      id: asset.id,
      source: 'upload',
    });
  }

  tagged(asset: StandInAsset): Promise<void> {
    return this.#add('sidecar', 'SidecarWrite', { id: asset.id });
  }

  edited(asset: StandInAsset): Promise<void> {
    return this.#add('editor', 'AssetEditThumbnailGeneration', { id: asset.id, source: 'edit' });
  }

  migrateAll(): Promise<void> {
    return this.#add('storageTemplateMigration', 'StorageTemplateMigration', { id: '' });
  }

  async settled(): Promise<void> {
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.resumeThumbnails();
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #add(queue: QueueName, name: string, data: EntityJob): Promise<void> {
    this.#running += 1;
    if (this.#options === undefined) {
      void this.#run(queue, data);
      return;
    }
    // Only these jobs carry the asset's id as their own (facts, 1.5).
    const jobId = name === 'StorageTemplateMigrationSingle' ? { jobId: data.id } : {};
    await this.#queues.get(queue)?.add(name, data, jobId);
  }

  async #run(queue: QueueName, data: EntityJob): Promise<void> {
    try {
      await this.#step(queue, data);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#wake();
    }
  }

  /** What each queue's job does, and which job follows it (facts, 1.8). */
  async #step(queue: QueueName, { id, source }: EntityJob): Promise<void> {
    const asset = this.#state.assets.get(id);
    if (asset === undefined) return;
    const then = (next: QueueName, name: string): Promise<void> =>
      this.#add(next, name, source === undefined ? { id } : { id, source });
    if (queue === 'sidecar') {
      await this.#add('metadataExtraction', 'AssetExtractMetadata', {
        id,
        source: 'sidecar-write',
      });
    } else if (queue === 'metadataExtraction') {
      await readMetadata(this.#state, asset);
      await then('storageTemplateMigration', 'StorageTemplateMigrationSingle');
    } else if (queue === 'storageTemplateMigration') {
      if (source === 'upload') await then('thumbnailGeneration', 'AssetGenerateThumbnails');
    } else if (queue === 'thumbnailGeneration' || queue === 'editor') {
      await this.#held?.promise;
      if (this.thumbnailMillis > 0) await setTimeout(this.thumbnailMillis);
      await makePreview(this.#state, asset);
      await then('smartSearch', 'SmartSearch');
      await then('faceDetection', 'AssetDetectFaces');
    } else if (queue === 'faceDetection' && this.#state.facialRecognition) {
      // Whatever fails there, the job is completed (facts, 1.2 [RUN]).
      await detectFaces(this.#state, asset).catch(() => undefined);
    }
  }
}

async function readMetadata(state: StandInState, asset: StandInAsset): Promise<void> {
  const { autoOrient, orientation } = await sharp(asset.original).metadata();
  state.touch(asset, {
    ...{ width: autoOrient.width, height: autoOrient.height },
    orientation: orientation === undefined ? null : String(orientation),
  });
}

/** Upright JPEG whose shorter side is 1440 px at most, quality 80 (facts, section 4). */
async function makePreview(state: StandInState, asset: StandInAsset): Promise<void> {
  const upright = sharp(asset.original).autoOrient();
  const shrunk = upright.resize(1440, 1440, { fit: 'outside', withoutEnlargement: true });
  const preview = await shrunk.jpeg({ quality: 80 }).toBuffer();
  // An edit in the stand-in is a mirror image.
  const editedPreview = asset.isEdited ? await sharp(preview).flop().jpeg().toBuffer() : null;
  const thumbhash = Buffer.from(`${asset.checksum}${asset.isEdited}`).toString('base64').slice(-32);
  state.touch(asset, { preview, editedPreview, thumbhash });
}
