import { People } from '../identities/journal/people.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import type { JournalStore } from './ports.ts';

/** A stored record as users see it now. */
export async function viewOf(
  record: PhotoRecord,
  store: Pick<JournalStore, 'readFacts'>,
): Promise<PhotoView> {
  return People.of(await store.readFacts(record.ownerId)).viewOf(record);
}
