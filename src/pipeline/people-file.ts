import { z } from 'zod';

import { WorkerError } from '../errors.ts';
import { currentBody } from '../identities/journal/current-body.ts';
import type { FactBody } from '../identities/journal/fact.ts';

/** What an owner's people are moved by: `{ format, version, photos, facts }`, in JSON. */
export const PEOPLE_FILE_FORMAT = 'immich-face-worker/people';
export const PEOPLE_FILE_VERSION = 1;

const Id = z.string().min(1).max(255);
const Coordinate = z.number();
const Pixels = z.number().positive();

/** A photo with its faces; those who move it to another store find them again by id, or by place. */
export const MovedPhoto = z.object({
  assetId: Id.refine((id) => !id.includes('\0')),
  checksum: z.string().max(128),
  image: z.object({ width: Pixels, height: Pixels }),
  faces: z
    .array(
      z.object({
        faceId: Id,
        /** Whom the machine took it for. */
        personId: Id.nullable(),
        box: z.object({ x: Coordinate, y: Coordinate, width: Pixels, height: Pixels }),
        score: z.number(),
        quality: z.object({ value: z.number(), reasons: z.array(z.string().max(40)).max(20) }),
      }),
    )
    .max(10_000),
});
export type MovedPhoto = z.infer<typeof MovedPhoto>;

/** Why the machine merged two people. */
const Evidence = z.object({
  distance: z.number(),
  limitDistance: z.number(),
  crowdDistance: z.number().nullable(),
  otherDistance: z.number().nullable(),
  nearestDistance: z.number(),
  nearestFaceIds: z.tuple([Id, Id]),
  faces: z.tuple([z.number(), z.number()]),
});

const FaceIds = z.array(Id).min(1).max(100_000);
const body: z.ZodType<FactBody> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('person-named'),
    personId: Id,
    name: z.string().max(1000).nullable(),
  }),
  z.object({
    kind: z.literal('people-merged'),
    from: Id,
    into: Id,
    name: z.string().max(1000).nullable(),
    evidence: z.exactOptional(Evidence),
  }),
  z.object({ kind: z.literal('people-distinct'), personA: Id, personB: Id }),
  z.object({
    kind: z.literal('faces-assigned'),
    faceIds: FaceIds,
    personId: Id,
    as: z.enum(['confirmed', 'moved', 'split']),
  }),
  z.object({ kind: z.literal('faces-denied'), faceIds: FaceIds, personId: Id }),
  z.object({ kind: z.literal('faces-ignored'), faceIds: FaceIds, reason: z.string().max(1000) }),
  z
    .object({ kind: z.literal('face-denied'), faceId: Id, personId: Id })
    .transform((one): FactBody => currentBody(one)),
  z
    .object({ kind: z.literal('face-ignored'), faceId: Id, reason: z.string().max(1000) })
    .transform((one): FactBody => currentBody(one)),
  z.object({ kind: z.literal('person-hidden'), personId: Id, hidden: z.boolean() }),
  z.object({ kind: z.literal('person-deleted'), personId: Id }),
  z.object({ kind: z.literal('undone'), factId: Id }),
]);

/** A correction as it was made; what it changed is worked out anew. */
export const MovedFact = z.object({
  factId: Id,
  at: z.iso.datetime(),
  by: z.string().max(255),
  body,
});
export type MovedFact = z.infer<typeof MovedFact>;

export interface PeopleFile {
  readonly photos: readonly MovedPhoto[];
  readonly facts: readonly MovedFact[];
}

const Outer = z.object({
  format: z.literal(PEOPLE_FILE_FORMAT),
  version: z.literal(PEOPLE_FILE_VERSION),
  photos: z.array(z.unknown()),
  facts: z.array(z.unknown()),
});

/** Items checked before others get a turn. */
const SLICE = 500;

/** Checks a file whole. Throws IMPORT_INVALID that says where it is of another form. */
export async function parsePeopleFile(
  data: unknown,
  pause: () => Promise<unknown>,
): Promise<PeopleFile> {
  const { photos, facts } = parse(Outer, data, 'the file');
  const checked: { photos: MovedPhoto[]; facts: MovedFact[] } = { photos: [], facts: [] };
  for (const [i, photo] of photos.entries()) {
    if (i % SLICE === SLICE - 1) await pause();
    checked.photos.push(parse(MovedPhoto, photo, `photos[${i}]`));
  }
  for (const [i, fact] of facts.entries()) {
    checked.facts.push(parse(MovedFact, fact, `facts[${i}]`));
  }
  return checked;
}

function parse<T>(schema: z.ZodType<T>, data: unknown, where: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkerError(
    'IMPORT_INVALID',
    `expected a file of people as GET /api/export gives it (${PEOPLE_FILE_FORMAT}, version ${PEOPLE_FILE_VERSION}); ` +
      `${where}${issue === undefined ? '' : ` ${issue.path.join('.')}: ${issue.message}`}; nothing was imported`,
  );
}
