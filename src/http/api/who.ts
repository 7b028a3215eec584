import { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import { whoIsThis } from '../../people/who-is-this.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { ownerOf } from './owners.ts';
import { OwnerQuery, PersonSummary, Box, Quality, Size } from './schemas.ts';

const THUMBNAIL_PX = 192;
/** A crowd's faces beyond these are left out. */
const MOST_FACES = 40;
const MOST_MILLIS = 120_000;

const Who = z.object({
  image: Size,
  faces: z.array(
    z.object({
      box: Box,
      score: z.number(),
      quality: Quality,
      thumbnail: z.string().meta({ description: 'A data: address' }),
      candidates: z.array(
        z.object({
          person: PersonSummary,
          distance: z.number(),
          limit: z.number(),
          isMatch: z.boolean(),
        }),
      ),
    }),
  ),
});

/** "Who is this?" for a picture that is looked at and kept nowhere. */
export function whoRoutes(app: ApiApp, context: ApiContext): void {
  const { directories, store, vision } = context;
  app.post(
    '/who',
    {
      config: { takes: ['image/*'] },
      schema: {
        summary: 'Who is on a picture (body: image/*); it is not kept',
        querystring: OwnerQuery,
        response: { 200: Who },
      },
    },
    async (request) => {
      const ownerId = await ownerOf(request, store);
      const bytes = pictureOf(request.body);
      const signal = AbortSignal.timeout(MOST_MILLIS);
      const seen = await vision.see(bytes, signal);
      const directory = await directories.current(ownerId);
      const known = await context.known(ownerId);
      const faces = whoIsThis(seen, { directory, known, thresholds: context.match });
      const { image } = seen;
      const shown = faces.slice(0, MOST_FACES).map(async (face) => {
        const wish = { source: bytes, image, box: face.box, sizePx: THUMBNAIL_PX };
        const picture = Buffer.from(await vision.cut(wish, signal)).toString('base64');
        return { ...face, thumbnail: `data:image/webp;base64,${picture}` };
      });
      return { image, faces: await Promise.all(shown) };
    },
  );
}

function pictureOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  throw new WorkerError('UPLOAD_INVALID', 'expected a picture as body, with content-type image/…');
}
