import type { FactBody } from '../../src/identities/journal/fact.ts';
import type { FaceRecord, PhotoRecord } from '../../src/identities/photo-record.ts';
import { createLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeFact, makePhotoRecord } from './records.ts';

export interface Filling {
  /** One after the other in the owner's order; each is called after its first face. */
  readonly photos: readonly (readonly FaceRecord[])[];
  readonly facts?: readonly FactBody[];
}

/** The id of the photo whose first face this is. */
export function photoOf(faceId: string): string {
  return `photo-of-${faceId}`;
}

/** Photos without a picture, and facts, of some owners, as a worker finds them that starts again. */
export async function fillStore(
  dataDir: string,
  owners: Readonly<Record<string, Filling>>,
): Promise<void> {
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  for (const [ownerId, { photos, facts = [] }] of Object.entries(owners)) {
    for (const [i, faces] of photos.entries()) {
      const assetId = photoOf(faces[0]?.faceId ?? '');
      const place: Partial<PhotoRecord> = { ownerId, assetId, path: null, runId: assetId };
      await store.commitPhoto(makePhotoRecord({ ...place, sequence: i + 1, faces }), null);
      await store.markPublished(ownerId, assetId, 1);
    }
    for (const [i, body] of facts.entries()) {
      await store.commitFact(makeFact({ ownerId, sequence: photos.length + i + 1, body }));
    }
  }
  await store.close();
}
