import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { makePhotoRecord } from '../../helpers/records.ts';

/** Commits a photo as a worker does: read the head, write the next, again after a conflict. */
export async function commitNext(
  store: Store,
  photo: Partial<PhotoRecord> & { readonly ownerId: string },
): Promise<PhotoRecord> {
  let head = 0;
  for (;;) {
    const newer = await store.readPhotosAfter(photo.ownerId, head, 1000);
    head = newer.at(-1)?.sequence ?? head;
    if (newer.length === 1000) continue;
    const record = makePhotoRecord({ ...photo, sequence: head + 1 });
    if ((await store.commitPhoto(record, null)) === 'committed') return record;
  }
}
