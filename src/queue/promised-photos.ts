import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { z } from 'zod';

import { messageOf } from '../errors.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { Log } from '../log.ts';
import { DEFAULT_OWNER_ID, ImageAdded } from './image-added.ts';
import type { Producer } from './producer.ts';
import { runOf } from './redis-losses.ts';
import { ownerUploadFolder, type UploadFolder } from './upload-folder.ts';

const PromisedPhoto = z.object({
  jobId: z.string(),
  payload: ImageAdded,
  /** The Redis process that the job is in; empty where Redis does not say. */
  run: z.string(),
  /** When it was asked for, as the job has it; absent in notes of an older version. */
  askedAtMillis: z.number().optional(),
});
export type PromisedPhoto = z.infer<typeof PromisedPhoto>;

/** Photos whose result somebody was told to ask for later, noted on disk until they are done. */
export interface PromisedPhotos {
  /** The Redis process that a job is about to be added to. */
  readRun(): Promise<string>;
  keep(photo: PromisedPhoto): Promise<void>;
  /** Looks through the notes, and queues again what Redis has lost. */
  check(): Promise<void>;
  /** Does not wait for a look that is on its way, which Redis may hold up; the next one makes it good. */
  close(): Promise<void>;
}

interface PhotoFinder {
  findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null>;
}

export interface PromisedPhotosOptions {
  /** Each owner's notes lie beside the owner's uploads, and go with them. */
  readonly uploads: UploadFolder;
  readonly producer: Pick<Producer, 'queue' | 'add'>;
  readonly store: PhotoFinder;
  readonly log: Log;
  readonly everyMillis?: number;
}

const EVERY_MILLIS = 30_000;
const NOTES_FOLDER = 'promised';
const NOTE = '.json';

/** Starts to look through the notes, now and then. */
export function createPromisedPhotos(options: PromisedPhotosOptions): PromisedPhotos {
  const { producer, log } = options;
  const stop = new AbortController();
  const check = async (): Promise<void> => {
    const run = await runOf(producer.queue);
    let count = 0;
    for (const file of await listNotes(options.uploads)) {
      if (stop.signal.aborted) return;
      if (await settle(file, run, options)) count += 1;
    }
    if (count > 0) log.warn({ count }, 'Redis lost jobs of uploads; they are queued again');
  };
  void checkOften(check, { ...options, signal: stop.signal });
  return {
    readRun: () => runOf(producer.queue),
    keep: (photo) => writeNote(options.uploads, photo),
    check,
    close: () => {
      stop.abort();
      return Promise.resolve();
    },
  };
}

async function checkOften(
  check: () => Promise<void>,
  { everyMillis = EVERY_MILLIS, log, signal }: PromisedPhotosOptions & { signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await check().catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, 'notes of uploads are looked through later');
    });
    await setTimeout(everyMillis, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Drops the note of a job that has ended, or that somebody took off the queue; answers whether Redis
 * had lost the job, which is then queued again under the same id.
 */
async function settle(
  file: string,
  run: string,
  { uploads, producer, store }: PromisedPhotosOptions,
): Promise<boolean> {
  const photo = await readNote(file);
  if (photo === null) return false;
  const job = await producer.queue.getJob(photo.jobId);
  const waits = job !== undefined && job.finishedOn === undefined;
  const isLost = job === undefined && photo.run !== run && !(await isDone(photo, store));
  // It may be gone with the process that `run` was read of, which the next look meets.
  if (job === undefined && !isLost && (await runOf(producer.queue)) !== run) return false;
  if (!waits && !isLost) {
    await rm(file, { force: true });
    return false;
  }
  if (isLost) {
    // As old as it was: what was decided or removed since stands.
    const { jobId, askedAtMillis } = photo;
    await producer.add(photo.payload, { jobId, askedAtMillis });
  }
  if (photo.run !== run) await writeNote(uploads, { ...photo, run });
  return isLost;
}

/**
 * Whether a delivery of the job wrote the photo, whose ids begin with the job's, or one that was asked
 * for later did.
 */
async function isDone(
  { jobId, payload, askedAtMillis = Infinity }: PromisedPhoto,
  store: PhotoFinder,
): Promise<boolean> {
  const record = await store.findPhoto(payload.ownerId ?? DEFAULT_OWNER_ID, payload.assetId);
  if (record === null) return false;
  if ((record.lookAskedAtMillis ?? 0) > askedAtMillis) return true;
  return [record.runId, ...(record.pastRunIds ?? [])].some((id) => id.startsWith(`${jobId}.`));
}

async function listNotes({ path: folder }: UploadFolder): Promise<string[]> {
  const files: string[] = [];
  for (const owner of await readdir(folder)) {
    const notes = path.join(folder, owner, NOTES_FOLDER);
    const names = await readdir(notes).catch(() => []);
    files.push(
      ...names.filter((name) => name.endsWith(NOTE)).map((name) => path.join(notes, name)),
    );
  }
  return files;
}

/** Null when it is gone, or no note. */
async function readNote(file: string): Promise<PromisedPhoto | null> {
  try {
    return PromisedPhoto.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

async function writeNote(uploads: UploadFolder, photo: PromisedPhoto): Promise<void> {
  const owner = ownerUploadFolder(uploads, photo.payload.ownerId ?? DEFAULT_OWNER_ID);
  const file = path.join(owner, NOTES_FOLDER, `${photo.jobId}${NOTE}`);
  const unfinished = `${file}.${randomUUID()}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(unfinished, JSON.stringify(photo));
  await rename(unfinished, file);
}
