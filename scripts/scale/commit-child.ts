/** One worker without queue and nets: takes its share of recorded photos through the pipeline. */
import { DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import { DEFAULT_MATCH } from '../../src/identities/thresholds.ts';
import { createLog } from '../../src/log.ts';
import { FACE_API_PACK } from '../../src/nets/net.ts';
import { createPhotoProcessor } from '../../src/pipeline/process-photo.ts';
import type { PhotoStore } from '../../src/pipeline/ports.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { photoOf, readRecordings } from '../soak/recordings.ts';
import type { StorePlace } from './fill-store.ts';

export interface CommitTask {
  readonly place: StorePlace;
  readonly recordingsFile: string;
  /** Photos of this worker: every `workers`-th from `worker` on, below `photos`. */
  readonly worker: number;
  readonly workers: number;
  readonly photos: number;
  readonly owners: number;
}

export interface CommitReport {
  readonly commits: number;
  /** Commits that another worker's came before, made again. */
  readonly conflicts: number;
}

async function work(task: CommitTask, store: Store): Promise<CommitReport> {
  const recordings = await readRecordings(task.recordingsFile);
  let [commits, conflicts] = [0, 0];
  const counted: PhotoStore = {
    findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
    findPhotosByChecksum: (ownerId, checksum, which) =>
      store.findPhotosByChecksum(ownerId, checksum, which),
    listFaces: (ownerId, filter) => store.listFaces(ownerId, filter),
    readEntriesAfter: (ownerId, sequence, limit) =>
      store.readEntriesAfter(ownerId, sequence, limit),
    countForgotten: () => store.countForgotten(),
    readFacts: (ownerId) => store.readFacts(ownerId),
    commitPhoto: async (record, replaces) => {
      const outcome = await store.commitPhoto(record, replaces);
      if (outcome === 'committed') commits += 1;
      else conflicts += 1;
      return outcome;
    },
  };
  const processPhoto = createPhotoProcessor({
    store: counted,
    locate: (file) => Promise.resolve(file),
    see: (file) => Promise.resolve(photoOf(recordings, Number(file), 1)),
    publish: (record) => store.markPublished(record.ownerId, record.assetId, record.revision),
    match: DEFAULT_MATCH,
    model: { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION },
  });
  const context = { signal: new AbortController().signal, report: () => undefined };
  for (let photo = task.worker; photo < task.photos; photo += task.workers) {
    const name = String(photo);
    const ownerId = `owner-${photo % task.owners}`;
    await processPhoto(
      { kind: 'look', assetId: name, ownerId, path: name, runId: name, skipWhenCurrent: false },
      context,
    );
  }
  return { commits, conflicts };
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? '') as CommitTask;
  const store = await openStore({ ...task.place, log: createLog({ level: 'silent' }) });
  const go = new Promise((resolve) => process.once('message', resolve));
  process.send?.('ready');
  await go;
  const report = await work(task, store);
  process.send?.(report);
  await store.close();
  process.disconnect();
}

void main();
