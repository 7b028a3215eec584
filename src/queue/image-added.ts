import { z } from 'zod';

import { WorkerError } from '../errors.ts';

/** Name of the queue that photos arrive on, and of its jobs. */
export const IMAGE_ADDED = 'image-added';

/** Name of the jobs on the same queue that say that an asset is gone; `path` plays no part. */
export const IMAGE_REMOVED = 'image-removed';

/** Owner of photos whose job names none. */
export const DEFAULT_OWNER_ID = 'default';

const MOST_ID_LENGTH = 255;
const MOST_PATH_LENGTH = 4096;

const LONE_SURROGATE = /\p{Surrogate}/u;

const id = z
  .string('a text')
  .min(1, 'a text that is not empty')
  .max(MOST_ID_LENGTH, `a text of at most ${MOST_ID_LENGTH} characters`)
  .refine((text) => !LONE_SURROGATE.test(text), 'well-formed Unicode')
  .refine((text) => !text.includes('\0'), 'a text without NUL');

/**
 * The payload of an `image-added` job. Unknown fields are kept and ignored. `path` is where the
 * worker finds the photo, inside its media roots; `force` looks again at a photo that is up to date;
 * `reconsider` decides again who is on it, by what users have corrected since.
 */
export const ImageAdded = z.looseObject(
  {
    assetId: id,
    ownerId: id.optional(),
    path: z
      .string('a text')
      .min(1, 'a path that is not empty')
      .max(MOST_PATH_LENGTH, `a path of at most ${MOST_PATH_LENGTH} characters`)
      .refine((text) => !text.includes('\0'), 'a path without NUL')
      .optional(),
    source: z.enum(['upload', 'backfill', 'rerun'], "'upload', 'backfill' or 'rerun'").optional(),
    force: z.boolean('true or false').optional(),
    reconsider: z.boolean('true or false').optional(),
  },
  'an object { assetId, ownerId?, path?, source?, force?, reconsider? }',
);
export type ImageAdded = z.infer<typeof ImageAdded>;

/** Checks a payload. Throws PAYLOAD_INVALID that names each field, what was expected and what came. */
export function parseImageAdded(data: unknown): ImageAdded {
  const parsed = ImageAdded.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const field = path.length === 0 ? 'the payload' : path.join('.');
    const came = path.reduce<unknown>(
      (value, key) => (value as Record<PropertyKey, unknown>)[key],
      data,
    );
    return `${field}: expected ${message}, got ${shown(came)}`;
  });
  throw new WorkerError('PAYLOAD_INVALID', problems.join('; '));
}

/** What came, cut short: a job's reason is read on a page, and a megabyte of junk is no reason. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
