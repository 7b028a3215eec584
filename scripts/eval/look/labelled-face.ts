import type { SeenFace, SeenPhoto } from '../../../src/descriptors/seen-photo.ts';

/**
 * The face that a photo's label is about: 'central' the one whose middle is nearest to the photo's,
 * as LFW's photos are cut around it; 'largest' where photos are as people take them. Its place among
 * the photo's faces, or null when none has a descriptor.
 */
export function labelledFacePlace(seen: SeenPhoto, rule: 'central' | 'largest'): number | null {
  const worth = rule === 'central' ? nearnessToMiddle : area;
  let best: number | null = null;
  let most = -Infinity;
  for (const [place, face] of seen.faces.entries()) {
    const value = face.descriptor === null ? -Infinity : worth(face, seen.image);
    if (value <= most) continue;
    most = value;
    best = place;
  }
  return best;
}

function area({ box }: SeenFace): number {
  return box.width * box.height;
}

function nearnessToMiddle({ box }: SeenFace, image: SeenPhoto['image']): number {
  const x = box.x + box.width / 2 - image.width / 2;
  const y = box.y + box.height / 2 - image.height / 2;
  return -Math.hypot(x, y);
}
