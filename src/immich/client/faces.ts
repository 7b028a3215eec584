import { z } from 'zod';

import type { ImmichApi } from './immich-api.ts';
import { ImmichPerson } from './people.ts';

/** What the worker needs of AssetFaceResponseDto; the box is in pixels of an image of its own size. */
export const ImmichFace = z.object({
  id: z.string(),
  imageWidth: z.number(),
  imageHeight: z.number(),
  boundingBoxX1: z.number(),
  boundingBoxY1: z.number(),
  boundingBoxX2: z.number(),
  boundingBoxY2: z.number(),
  /** `manual` for everything that was made over the API. */
  sourceType: z.string().default('machine-learning'),
  person: ImmichPerson.nullish().transform((person) => person ?? null),
});
export type ImmichFace = z.infer<typeof ImmichFace>;

/** Whole pixels, as Immich demands. */
export interface NewFace {
  readonly assetId: string;
  readonly personId: string;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `GET /faces?id=` (face.read): all faces of an asset, assigned or not. */
export function listFaces(api: ImmichApi, assetId: string): Promise<ImmichFace[]> {
  return api.json({ path: '/faces', query: { id: assetId } }, z.array(ImmichFace));
}

/** `POST /faces` (face.create): each call makes another one, and none says its id. */
export function createFace(api: ImmichApi, body: NewFace): Promise<void> {
  return api.done({ method: 'POST', path: '/faces', body });
}

/** `PUT /faces/:id` (face.update): the path names the person, the body the face. */
export function assignFace(
  api: ImmichApi,
  { faceId, personId }: { readonly faceId: string; readonly personId: string },
): Promise<void> {
  const path = `/faces/${encodeURIComponent(personId)}`;
  return api.done({ method: 'PUT', path, body: { id: faceId } });
}

/** `DELETE /faces/:id` (face.delete), for good. */
export function deleteFace(api: ImmichApi, faceId: string): Promise<void> {
  const path = `/faces/${encodeURIComponent(faceId)}`;
  return api.done({ method: 'DELETE', path, body: { force: true } });
}
