import type { FactBody } from './fact.ts';

/** What ids of elsewhere stand for here. */
export interface Translation {
  /** Null: that face is not here. */
  readonly faceOf: (faceId: string) => string | null;
  readonly personOf: (personId: string) => string;
}

/** The same fact in the ids of here; null when it speaks only of faces that are not here. */
export function translateFact(body: FactBody, { faceOf, personOf }: Translation): FactBody | null {
  switch (body.kind) {
    case 'people-merged':
      return translateMerge(body, { faceOf, personOf });
    case 'people-distinct':
      return { ...body, personA: personOf(body.personA), personB: personOf(body.personB) };
    case 'faces-assigned':
    case 'faces-denied':
    case 'faces-ignored':
      return translateFaces(body, { faceOf, personOf });
    case 'person-named':
    case 'person-hidden':
    case 'person-deleted':
      return { ...body, personId: personOf(body.personId) };
    case 'undone':
      return body;
  }
}

function translateMerge(
  { evidence, ...body }: Extract<FactBody, { kind: 'people-merged' }>,
  { faceOf, personOf }: Translation,
): FactBody {
  const merge = { ...body, from: personOf(body.from), into: personOf(body.into) };
  if (evidence === undefined) return merge;
  const [one, other] = evidence.nearestFaceIds;
  const nearestFaceIds = [faceOf(one) ?? one, faceOf(other) ?? other] as const;
  return { ...merge, evidence: { ...evidence, nearestFaceIds } };
}

function translateFaces(
  body: Extract<FactBody, { readonly faceIds: readonly string[] }>,
  { faceOf, personOf }: Translation,
): FactBody | null {
  const faceIds = body.faceIds.flatMap((faceId) => faceOf(faceId) ?? []);
  if (faceIds.length === 0) return null;
  if (body.kind === 'faces-ignored') return { ...body, faceIds };
  return { ...body, faceIds, personId: personOf(body.personId) };
}
