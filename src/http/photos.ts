import { randomUUID } from 'node:crypto';

import type { QueueEvents } from 'bullmq';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { WorkerError } from '../errors.ts';
import type { PhotoView } from '../identities/photo-record.ts';
import { assetIdForPath, assetIdForUpload } from '../queue/asset-id.ts';
import { toFacesIdentified } from '../queue/faces-identified.ts';
import { DEFAULT_OWNER_ID, ImageAdded } from '../queue/image-added.ts';
import type { Producer } from '../queue/producer.ts';
import type { PromisedPhotos } from '../queue/promised-photos.ts';
import { ownerUploadFolder, type UploadFolder } from '../queue/upload-folder.ts';
import { statusOf } from './status-of.ts';
import { discardUpload, keepUpload } from './uploads.ts';

export interface PhotoRouteOptions {
  readonly producer: Producer;
  readonly events: QueueEvents;
  /** What is stored, as users see it; null: nothing is. */
  readonly findPhoto: (ownerId: string, assetId: string) => Promise<PhotoView | null>;
  /** The real path of a photo inside the media roots, or a `WorkerError`. */
  readonly locate: (path: string) => Promise<string>;
  readonly uploads: UploadFolder;
  readonly promises: Pick<PromisedPhotos, 'readRun' | 'keep'>;
  readonly uploadMaxBytes: number;
  readonly uploadWaitMillis: number;
}

const PathBody = ImageAdded.extend({
  assetId: ImageAdded.shape.assetId.optional(),
  path: ImageAdded.shape.path.unwrap(),
});
const Query = z.object({
  ownerId: ImageAdded.shape.ownerId,
  assetId: ImageAdded.shape.assetId.optional(),
});

/**
 * `POST /photos` with `{ path }` or an image queues the photo and answers with its result, or with
 * 202 and where to ask when it takes longer; `GET /photos/:assetId` answers with the stored result.
 */
export async function photoRoutes(app: FastifyInstance, options: PhotoRouteOptions): Promise<void> {
  await app.register(import('@fastify/multipart'), {
    limits: { fileSize: options.uploadMaxBytes, files: 1, fields: 10 },
  });
  app.post('/photos', async (request, reply) => {
    const { payload, upload } = await readPayload(request, options);
    const run = await options.promises.readRun();
    const askedAtMillis = Date.now();
    const job = { jobId: `photo.${randomUUID()}`, askedAtMillis };
    const jobId = await options.producer.add(payload, job);
    return answerWhenDone(reply, { payload, upload, jobId, run, askedAtMillis, options });
  });
  app.get<{ Params: { assetId: string } }>('/photos/:assetId', async (request, reply) => {
    const ownerId = ownerAllowed(request, parseQuery(request).ownerId);
    const { assetId } = request.params;
    const view = await options.findPhoto(ownerId ?? DEFAULT_OWNER_ID, assetId);
    if (view !== null) return toFacesIdentified(view);
    return reply.code(404).send({
      error: {
        code: 'PHOTO_UNKNOWN',
        message: `there is no result for asset ${JSON.stringify(assetId)}`,
      },
    });
  });
}

interface Received {
  readonly payload: ImageAdded;
  /** Path of the photo that came with the request; null when the request named one. */
  readonly upload: string | null;
}

interface Promised extends Received {
  readonly jobId: string;
  /** The Redis process that holds the job. */
  readonly run: string;
  readonly askedAtMillis: number;
}

/** A login of one owner asks for that owner's photos and no others. Throws FORBIDDEN. */
function ownerAllowed(request: FastifyRequest, asked: string | undefined): string | undefined {
  const own = request.login?.ownerId ?? null;
  if (own === null || asked === own) return asked;
  if (asked === undefined) return own;
  throw new WorkerError(
    'FORBIDDEN',
    'this login sees the photos of one owner, and not of this one',
  );
}

/** MEDIA_ROOTS hold the photos of all. */
function refusePathOfOthers(request: FastifyRequest): void {
  if (request.login?.ownerId === null) return;
  throw new WorkerError(
    'FORBIDDEN',
    'a path is taken only from who may see all owners; send the photo itself',
  );
}

async function readPayload(request: FastifyRequest, options: PhotoRouteOptions): Promise<Received> {
  const bytes = await readUpload(request);
  if (bytes === null) {
    refusePathOfOthers(request);
    return { payload: await readPathPayload(request.body, options), upload: null };
  }
  const query = parseQuery(request);
  const { assetId } = query;
  const ownerId = ownerAllowed(request, query.ownerId);
  const kept = await keepUpload(
    ownerUploadFolder(options.uploads, ownerId ?? DEFAULT_OWNER_ID),
    bytes,
  );
  const payload: ImageAdded = {
    assetId: assetId ?? assetIdForUpload(kept.checksum),
    path: kept.path,
    source: 'upload',
    ...(ownerId === undefined ? {} : { ownerId }),
  };
  return { payload, upload: kept.path };
}

/** The uploaded bytes of a multipart or image body; null for a JSON body. */
async function readUpload(request: FastifyRequest): Promise<Uint8Array | null> {
  if (Buffer.isBuffer(request.body)) return notEmpty(request.body);
  if (!request.isMultipart()) return null;
  const file = await request.file();
  if (file === undefined) {
    throw new WorkerError('UPLOAD_INVALID', 'expected a file in the multipart form, got none');
  }
  return notEmpty(await file.toBuffer());
}

function notEmpty(bytes: Buffer): Buffer {
  if (bytes.length > 0) return bytes;
  throw new WorkerError('PHOTO_EMPTY', 'expected a photo, got an upload of 0 bytes');
}

async function readPathPayload(body: unknown, options: PhotoRouteOptions): Promise<ImageAdded> {
  const parsed = PathBody.safeParse(body ?? undefined);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      `${path.join('.') || 'the body'}: expected ${message}`.slice(0, 300),
    );
    throw new WorkerError(
      'UPLOAD_INVALID',
      `expected JSON { "path": "/photos/a.jpg" } or an image; ${problems.join('; ')}`,
    );
  }
  const realPath = await options.locate(parsed.data.path);
  const { assetId, ownerId, force } = parsed.data;
  return {
    assetId: assetId ?? assetIdForPath(realPath),
    path: parsed.data.path,
    source: 'upload',
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(force === undefined ? {} : { force }),
  };
}

function parseQuery(request: FastifyRequest): z.infer<typeof Query> {
  const parsed = Query.safeParse(request.query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkerError(
    'UPLOAD_INVALID',
    `${issue?.path.join('.') ?? 'the query'}: expected ${issue?.message ?? 'another form'}`,
  );
}

async function answerWhenDone(
  reply: FastifyReply,
  work: Promised & { readonly options: PhotoRouteOptions },
): Promise<unknown> {
  const { jobId, options } = work;
  const { queue } = options.producer;
  const job = await queue.getJob(jobId);
  // BullMQ takes a wait of 0 for one without end.
  if (job === undefined || options.uploadWaitMillis === 0) return askLater(reply, work);
  try {
    const result: unknown = await job.waitUntilFinished(options.events, options.uploadWaitMillis);
    return result;
  } catch (error) {
    // BullMQ tells a failed job from a wait that is over only by the job's state.
    if (!(await job.isFailed())) return await askLater(reply, work);
    const reason = (await queue.getJob(jobId))?.failedReason ?? '';
    const failure = /^\[(?<code>[A-Z_]+)\] (?<message>[^]*)$/.exec(reason)?.groups;
    if (failure === undefined) throw error;
    const { code = '', message } = failure;
    if (work.upload !== null && UNUSABLE.has(code)) await discardUpload(work.upload);
    return reply.code(statusOf(code)).send({ error: { code, message }, jobId });
  }
}

async function askLater(
  reply: FastifyReply,
  work: Promised & { readonly options: PhotoRouteOptions },
): Promise<FastifyReply> {
  const { payload, jobId, run, askedAtMillis, options } = work;
  await options.promises.keep({ jobId, payload, run, askedAtMillis });
  const owner = encodeURIComponent(payload.ownerId ?? DEFAULT_OWNER_ID);
  const location = `/photos/${encodeURIComponent(payload.assetId)}?ownerId=${owner}`;
  return reply
    .code(202)
    .header('location', location)
    .send({ jobId, assetId: payload.assetId, location });
}

/** Uploads that fail like this are not worth keeping for another try. */
const UNUSABLE = new Set([
  'PHOTO_NOT_AN_IMAGE',
  'PHOTO_DAMAGED',
  'PHOTO_FORMAT_UNSUPPORTED',
  'PHOTO_TOO_MANY_PIXELS',
]);
