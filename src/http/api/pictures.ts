import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { WorkerError, type ErrorCode } from '../../errors.ts';
import type { Box } from '../../faces/face.ts';
import type { ListedPhoto } from '../../people/listed-photo.ts';
import { photoPlaceholderSvg, placeholderSvg } from '../../thumbnails/placeholder.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { ownerOf } from './owners.ts';
import { photoUnknown } from './people.ts';
import { Id, OwnerQuery } from './schemas.ts';

/**
 * Pictures are the owner's alone: a browser may keep them, a proxy may not. It asks each time whether
 * they are still the same, since a photo may be replaced or edited.
 */
const CACHE = 'private, no-cache';
/** Makes another address of it, for a page that is open while the photo becomes another. */
const PictureQuery = OwnerQuery.extend({
  version: z.string().max(100).optional().meta({ description: 'Anything; the answer is the same' }),
});
const PICTURE = { sends: ['image/webp', 'image/svg+xml'] };

/** Pictures of photos and of faces; an SVG with the reason where the photo is gone. */
export function pictureRoutes(app: ApiApp, context: ApiContext): void {
  const { directories, store } = context;
  const oneOf = (sizes: readonly [number, ...number[]], standard: number): z.ZodType<number> =>
    z.coerce
      .number()
      .pipe(z.literal([...sizes]))
      .default(standard);
  app.get(
    '/faces/:faceId/thumbnail',
    {
      config: PICTURE,
      schema: {
        summary: 'A face, cut from its photo (WebP)',
        params: z.object({ faceId: Id }),
        querystring: PictureQuery.extend({ size: oneOf([96, 192, 384], 192) }),
      },
    },
    async (request, reply) => {
      const { faceId } = request.params;
      const ownerId = await ownerOf(request, store);
      const face = (await directories.current(ownerId)).faces.get(faceId);
      if (face === undefined) {
        throw new WorkerError('FACE_UNKNOWN', `there is no face ${JSON.stringify(faceId)}`);
      }
      const { photo, box } = face;
      const wish = { ownerId, photo, box, sizePx: request.query.size };
      return answer({ request, reply }, wish, context);
    },
  );
  app.get(
    '/photos/:assetId/image',
    {
      config: PICTURE,
      schema: {
        summary: 'A photo, upright (WebP)',
        params: z.object({ assetId: Id }),
        querystring: PictureQuery.extend({ width: oneOf([480, 960, 1600, 2560], 1600) }),
      },
    },
    async (request, reply) => {
      const { assetId } = request.params;
      const ownerId = await ownerOf(request, store);
      const photo = (await directories.current(ownerId)).photos.get(assetId);
      if (photo === undefined) throw photoUnknown(assetId);
      const wish = { ownerId, photo, box: null, sizePx: request.query.width };
      return answer({ request, reply }, wish, context);
    },
  );
}

async function answer(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  wish: { ownerId: string; photo: ListedPhoto; box: Box | null; sizePx: number },
  { thumbnails }: ApiContext,
): Promise<FastifyReply> {
  const photo = { ownerId: wish.ownerId, ...wish.photo };
  const tag = `"${thumbnails.tagOf(photo, wish.box, wish.sizePx)}"`;
  if (request.headers['if-none-match'] === tag) {
    return reply.code(304).header('etag', tag).header('cache-control', CACHE).send();
  }
  try {
    const { bytes } = await thumbnails.picture(photo, wish.box, wish.sizePx);
    return await reply
      .header('etag', tag)
      .header('cache-control', CACHE)
      .type('image/webp')
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    const reason = reasonFor(error);
    return reply
      .header('x-missing-reason', error instanceof WorkerError ? error.code : 'UNEXPECTED')
      .header('x-missing-words', reason)
      .header('cache-control', 'no-store')
      .type('image/svg+xml')
      .send(wish.box === null ? photoPlaceholderSvg(reason, photo.image) : placeholderSvg(reason));
  }
}

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  PATH_NOT_FOUND: 'the original photo is gone',
  PATH_OUTSIDE_ROOTS: 'the original photo lies outside MEDIA_ROOTS',
  UPLOAD_ELSEWHERE: 'the original photo was uploaded to another worker, which alone has it',
  PATH_UNREADABLE: 'the original photo may not be read',
  PHOTO_SOURCE_MISSING: 'the worker does not know where the original photo is',
  PHOTO_CHANGED: 'the photo was replaced since its faces were found',
  ASSET_GONE:
    'Immich does not show this photo any more: it was deleted, is in the trash or is locked',
  PREVIEW_NOT_READY: 'Immich has no preview of this photo yet',
  IMMICH_UNAVAILABLE: 'Immich does not answer',
  IMMICH_KEY_MISSING: "the worker has no API key of the photo's owner for Immich",
  IMMICH_KEY_REFUSED: "Immich refuses the API key of the photo's owner",
  IMMICH_PERMISSION_MISSING: "the API key of the photo's owner may not read photos in Immich",
};

/** Where the photo lies is not for every reader, so no error's own message. */
function reasonFor(error: unknown): string {
  if (!(error instanceof WorkerError)) return 'the picture could not be made; the log tells why';
  return REASONS[error.code] ?? `the picture could not be made (${error.code})`;
}
