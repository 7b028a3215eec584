import { z } from 'zod';

import type { FactBody } from '../../identities/journal/fact.ts';
import type { Correction } from '../../identities/journal/plan-fact.ts';
import { Changes } from '../../queue/people-changed.ts';
import { Id } from './schemas.ts';

const Name = z.string().max(1000).nullable();
/** More at once are several corrections. */
const FaceIds = z.array(Id).min(1).max(20_000);

const Named = z.object({ kind: z.literal('person-named'), personId: Id, name: Name });
const Merged = z.object({ kind: z.literal('people-merged'), from: Id, into: Id, name: Name });
const Distinct = z.object({ kind: z.literal('people-distinct'), personA: Id, personB: Id });
const MergeEvidence = z.object({
  distance: z.number(),
  limitDistance: z.number(),
  nearestDistance: z.number(),
  nearestFaceIds: z.tuple([z.string(), z.string()]),
  faces: z.tuple([z.number(), z.number()]),
  crowdDistance: z.number().nullable(),
  otherDistance: z.number().nullable(),
});
const Denied = z.object({ kind: z.literal('faces-denied'), faceIds: FaceIds, personId: Id });
const Ignored = z.object({
  kind: z.literal('faces-ignored'),
  faceIds: FaceIds,
  reason: z.string().max(500),
});
const Hidden = z.object({ kind: z.literal('person-hidden'), personId: Id, hidden: z.boolean() });
const Deleted = z.object({ kind: z.literal('person-deleted'), personId: Id });
const Undone = z.object({ kind: z.literal('undone'), factId: Id });
const Assigned = z.object({
  kind: z.literal('faces-assigned'),
  faceIds: FaceIds,
  personId: Id,
});

/** What a user may ask for. */
export const CorrectionWish: z.ZodType<Correction> = z
  .discriminatedUnion('kind', [
    Named,
    Merged,
    Denied,
    Ignored,
    Hidden,
    Deleted,
    Undone,
    Assigned,
    Distinct,
    z.object({ kind: z.literal('faces-confirmed'), faceIds: FaceIds, personId: Id }),
    z.object({ kind: z.literal('split'), faceIds: FaceIds }),
  ])
  .meta({ id: 'Correction' });

export const FactBodySchema: z.ZodType<FactBody> = z
  .discriminatedUnion('kind', [
    Named,
    Merged.extend({ evidence: MergeEvidence.exactOptional() }),
    Distinct,
    Denied,
    Ignored,
    Hidden,
    Deleted,
    Undone,
    Assigned.extend({ as: z.enum(['confirmed', 'moved', 'split']) }),
  ])
  .meta({ id: 'FactBody' });

/** A fact in a list: what it changed, thousands of faces perhaps, is left out. */
export const ListedFact = z
  .object({
    ownerId: z.string(),
    sequence: z.number().int(),
    factId: z.string(),
    at: z.iso.datetime(),
    by: z.string(),
    body: FactBodySchema,
  })
  .meta({ id: 'ListedFact' });

export const FactSchema = ListedFact.extend({ changes: Changes }).meta({ id: 'Fact' });
