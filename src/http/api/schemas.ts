import { z } from 'zod';

/** What `/api` takes and answers; requests are checked by it and the OpenAPI document is made of it. */

const Time = z.iso.datetime();
/** Of a photo. */
const WHEN = {
  takenAt: Time.nullable().meta({
    description: 'When it was taken, by the clock of the place as if that were UTC; null: unknown',
  }),
  at: Time.meta({ description: 'When it was taken, else when it was looked at' }),
};
export const Box = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});
export const Size = z.object({ width: z.number(), height: z.number() });
export const Quality = z.object({ value: z.number(), reasons: z.array(z.string()) });

export const Id = z.string().min(1).max(255);

const MOST_ITEMS = 500;
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(100),
  cursor: z.string().max(2000).optional(),
});
/** Whose people; only somebody who may see all owners may name one that is not theirs. */
export const OwnerQuery = z.object({ owner: Id.optional() });

const Who = z.object({ personId: z.string(), name: z.string().nullable() });

export const PersonSummary = z
  .object({
    personId: z.string(),
    name: z.string().nullable(),
    hidden: z.boolean(),
    faces: z.number().int(),
    photos: z.number().int(),
    coverFaceId: z.string().nullable(),
    firstAt: Time.nullable(),
    lastAt: Time.nullable(),
  })
  .meta({ id: 'PersonSummary' });

export const FaceSummary = z
  .object({
    faceId: z.string(),
    assetId: z.string(),
    personId: z.string().nullable(),
    name: z.string().nullable(),
    box: Box,
    image: Size,
    quality: Quality,
    score: z.number(),
    assignedBy: z.enum(['auto', 'user']),
    rule: z.string(),
    ...WHEN,
  })
  .meta({ id: 'FaceSummary' });

export const PhotoSummary = z
  .object({
    assetId: z.string(),
    image: Size,
    faces: z.number().int(),
    people: z.array(Who),
    ...WHEN,
  })
  .meta({ id: 'PhotoSummary' });

/** A page of a list; `next` is the cursor of the page after it. */
export const pageSchema = <T extends z.ZodType>(
  item: T,
): z.ZodObject<{
  items: z.ZodArray<T>;
  next: z.ZodNullable<z.ZodString>;
  total: z.ZodNumber;
}> => z.object({ items: z.array(item), next: z.string().nullable(), total: z.number() });

export const PersonDetails = z.object({
  person: PersonSummary,
  redirectedFrom: z.string().optional(),
  mergedFrom: z.array(
    z.object({
      personId: z.string(),
      name: z.string().nullable(),
      faceId: z.string().nullable(),
      factId: z.string(),
    }),
  ),
  similar: z.array(
    z.object({
      person: PersonSummary,
      distance: z.number(),
      limit: z.number(),
      reason: z.string(),
    }),
  ),
  head: z.number().int(),
});

const Candidate = z.object({
  personId: z.string(),
  basePersonId: z.string(),
  name: z.string().nullable(),
  nearestFaceId: z.string(),
  nearestDistance: z.number(),
  evidenceDistance: z.number(),
  voters: z.number().int(),
  confirmedVoters: z.number().int().optional(),
  limitDistance: z.number(),
});

export const PhotoDetails = z.object({
  photo: PhotoSummary.extend({
    path: z.string().nullable(),
    revision: z.number().int(),
    model: z.object({
      pack: z.string(),
      descriptorRevision: z.number().int(),
      engine: z.string(),
      detector: z.string(),
    }),
    decidedAt: Time,
  }),
  faces: z.array(
    FaceSummary.extend({
      explanation: z.object({
        rule: z.string().meta({ description: 'That of the decision; "rule" is the one in force' }),
        threshold: z.number(),
        margin: z.number(),
        candidates: z.array(Candidate),
      }),
      distance: z.number().nullable(),
      nearestFaceId: z.string().nullable(),
      denied: z.array(Who).meta({ description: 'People whom a user said that it is not' }),
      ignored: z.string().nullable(),
    }),
  ),
  head: z.number().int(),
});

export const Session = z.object({
  user: z.string(),
  owner: z.string(),
  owners: z.array(z.string()),
  /** What Immich calls those of them whom it knows. */
  ownerNames: z.record(z.string(), z.string()),
  admin: z.boolean(),
  csrfToken: z.string(),
  head: z.number().int(),
});

export const ErrorAnswer = z
  .object({
    error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
  })
  .meta({ id: 'Error' });
