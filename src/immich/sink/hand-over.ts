import type { ImmichFace } from '../client/faces.ts';
import type { FaceLink } from './links.ts';
import type { OurPhoto } from './our-side.ts';
import { pairByOverlap, placeOf, placeOfImmich } from './overlap.ts';

/** What stood for a face of ours stands for the same face under another id. */
export interface HandOver {
  readonly kind: 'hand-over';
  readonly from: FaceLink;
  readonly to: FaceLink;
}

/**
 * A photo that was gone for a while, in the trash or in the locked folder, is looked at anew, and its
 * faces have other ids: which of them is one that was written before, its place in Immich tells.
 */
export function handOver({
  photo,
  faceLinks,
  immichFaces,
}: {
  readonly photo: OurPhoto | null;
  readonly faceLinks: readonly FaceLink[];
  readonly immichFaces: readonly ImmichFace[];
}): HandOver[] {
  if (photo === null) return [];
  const known = new Set(photo.faces.map(({ faceId }) => faceId));
  const linked = new Set(faceLinks.map(({ id }) => id));
  const held = new Set(faceLinks.filter(({ id }) => known.has(id)).map(({ immichId }) => immichId));
  const lost = faceLinks.flatMap((item) => {
    const face = immichFaces.find(({ id }) => id === item.immichId);
    const place = face === undefined || held.has(face.id) ? null : placeOfImmich(face);
    return known.has(item.id) || place === null || !isWritten(item) ? [] : [{ item, place }];
  });
  const fresh = photo.faces
    .filter(({ faceId }) => !linked.has(faceId))
    .map((item) => ({ item, place: placeOf(item.box, photo.image) }));
  return [...pairByOverlap(fresh, lost)].map(([{ faceId }, from]) => ({
    ...{ kind: 'hand-over', from },
    to: { ...from, id: faceId, details: { ...from.details, state: 'linked' } },
  }));
}

function isWritten({ details }: FaceLink): boolean {
  return details.state === 'linked' || details.state === 'away';
}
