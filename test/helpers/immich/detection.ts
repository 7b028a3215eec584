import { randomUUID } from 'node:crypto';

import sharp from 'sharp';

import type { StandInAsset, StandInFace, StandInState } from './state.ts';

/** A box in shares of the picture. */
export interface Share {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Corners = Pick<
  StandInFace,
  'boundingBoxX1' | 'boundingBoxY1' | 'boundingBoxX2' | 'boundingBoxY2'
>;

/**
 * Immich's own face detection of an asset, whose nets find `asset.detectable` (facts, section 4; in its
 * source `handleDetectFaces`). It works on the preview, in whose pixels its faces are. What it finds
 * is scaled by the preview's size over that of the asset's first face, and then compared with all of
 * them pixel by pixel. A face that is there gets the embedding, unless it is the detection's own.
 * Rejects, and has done nothing, where such a face has one already ([RUN], issue 26373).
 */
export async function detectFaces(state: StandInState, asset: StandInAsset): Promise<void> {
  if (asset.preview === null || asset.visibility === 'hidden') return;
  const { width: imageWidth, height: imageHeight } = await sharp(asset.preview).metadata();
  const size = { imageWidth, imageHeight };
  const there = [...state.faces.values()].filter(({ assetId }) => assetId === asset.id);
  const lost = new Set(
    there.filter(({ sourceType }) => sourceType === 'machine-learning').map(({ id }) => id),
  );
  const added: StandInFace[] = [];
  const embedded: string[] = [];
  for (const share of asset.detectable) {
    const box = cornersOf(share, size);
    const scaled = scaledBy(box, size, there[0] ?? { imageWidth: 1, imageHeight: 1 });
    const match = there.find((face) => overlap(face, scaled) > 0.5);
    if (match === undefined) added.push(newFace(asset, { ...box, ...size }));
    else if (!lost.delete(match.id)) embedded.push(match.id);
  }
  embedded.push(...added.map(({ id }) => id));
  if (embedded.some((id) => state.embeddings.has(id))) {
    throw new Error('duplicate key value violates unique constraint "face_search_pkey"');
  }
  for (const id of lost) state.faces.delete(id);
  for (const face of added) state.faces.set(face.id, face);
  for (const id of embedded) state.embeddings.add(id);
}

type Size = Pick<StandInFace, 'imageWidth' | 'imageHeight'>;

function newFace(asset: StandInAsset, found: Corners & Size): StandInFace {
  return {
    ...{ ...found, id: randomUUID(), assetId: asset.id, personId: null },
    ...{ sourceType: 'machine-learning', deletedAt: null, isVisible: true },
  };
}

function scaledBy(box: Corners, size: Size, first: Size): Corners {
  const across = size.imageWidth / first.imageWidth;
  const down = size.imageHeight / first.imageHeight;
  return {
    boundingBoxX1: box.boundingBoxX1 * across,
    boundingBoxY1: box.boundingBoxY1 * down,
    boundingBoxX2: box.boundingBoxX2 * across,
    boundingBoxY2: box.boundingBoxY2 * down,
  };
}

function cornersOf(
  { left, top, right, bottom }: Share,
  { imageWidth, imageHeight }: Size,
): Corners {
  return {
    boundingBoxX1: Math.round(left * imageWidth),
    boundingBoxY1: Math.round(top * imageHeight),
    boundingBoxX2: Math.round(right * imageWidth),
    boundingBoxY2: Math.round(bottom * imageHeight),
  };
}

function overlap(a: Corners, b: Corners): number {
  const width =
    Math.min(a.boundingBoxX2, b.boundingBoxX2) - Math.max(a.boundingBoxX1, b.boundingBoxX1);
  const height =
    Math.min(a.boundingBoxY2, b.boundingBoxY2) - Math.max(a.boundingBoxY1, b.boundingBoxY1);
  const both = Math.max(0, width) * Math.max(0, height);
  return both / (areaOf(a) + areaOf(b) - both);
}

function areaOf({ boundingBoxX1, boundingBoxY1, boundingBoxX2, boundingBoxY2 }: Corners): number {
  return (boundingBoxX2 - boundingBoxX1) * (boundingBoxY2 - boundingBoxY1);
}
