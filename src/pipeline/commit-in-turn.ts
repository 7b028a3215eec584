import { WorkerError } from '../errors.ts';
import type { JournalStore } from './ports.ts';

const MOST_COMMIT_TRIES = 200;

/**
 * `write` is given the owner's next sequence, and again while somebody else takes it first: what it reads
 * is all that was written before. 'committed': nothing more is to be done.
 */
export async function commitInTurn(
  ownerId: string,
  store: Pick<JournalStore, 'headSequence'>,
  write: (sequence: number) => Promise<'committed' | 'conflict'>,
): Promise<void> {
  for (let attempt = 0; attempt < MOST_COMMIT_TRIES; attempt++) {
    const head = await store.headSequence(ownerId);
    if ((await write(head + 1)) === 'committed') return;
  }
  throw new WorkerError(
    'STORE_CONFLICT',
    'the import was overtaken again and again; import the file again, it goes on where it was',
  );
}
