import { IMPORTED_PACK } from '../identities/imported-photo.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { PhotoStore } from './ports.ts';

type WaitingStore = Pick<PhotoStore, 'findPhotosByChecksum' | 'listFaces'>;
type Photo = Pick<PhotoRecord, 'ownerId' | 'assetId' | 'checksum'>;

/** Copies of one photo that are looked at. */
const MOST_OF_ONE = 100;

/**
 * The imported record that waits under another asset id for a photo of these bytes, and whose faces
 * no other photo has taken over; null: none does.
 */
export async function findWaiting(photo: Photo, store: WaitingStore): Promise<PhotoRecord | null> {
  for (const waiting of await waitingElsewhere(photo, store)) {
    const holders = await holdersOf(waiting, store);
    if ([...holders].every((assetId) => assetId === waiting.assetId)) return waiting;
  }
  return null;
}

/** The imported record whose faces the photo has taken over, and which is still there. */
export async function findTakenOver(
  photo: Photo,
  store: WaitingStore,
): Promise<PhotoRecord | null> {
  for (const waiting of await waitingElsewhere(photo, store)) {
    if ((await holdersOf(waiting, store)).has(photo.assetId)) return waiting;
  }
  return null;
}

async function waitingElsewhere(photo: Photo, store: WaitingStore): Promise<PhotoRecord[]> {
  const same = await photosOfBytes(photo, { areWaiting: true, store });
  return same.filter((record) => record.assetId !== photo.assetId);
}

/** The owner's photos of the same bytes: those that wait since an import, or those that have come. */
export function photosOfBytes(
  { ownerId, checksum }: Pick<PhotoRecord, 'ownerId' | 'checksum'>,
  {
    areWaiting,
    store,
  }: { readonly areWaiting: boolean; readonly store: Pick<PhotoStore, 'findPhotosByChecksum'> },
): Promise<PhotoRecord[]> {
  // What was removed has no bytes.
  if (checksum === '') return Promise.resolve([]);
  const which = { pack: IMPORTED_PACK, isPack: areWaiting, limit: MOST_OF_ONE };
  return store.findPhotosByChecksum(ownerId, checksum, which);
}

/** Assets on which the record's faces are. */
async function holdersOf(
  { ownerId, faces }: PhotoRecord,
  store: WaitingStore,
): Promise<ReadonlySet<string>> {
  const faceIds = faces.map(({ faceId }) => faceId);
  const places = await store.listFaces(ownerId, { faceIds, personIds: [] });
  return new Set(places.map(({ assetId }) => assetId));
}
