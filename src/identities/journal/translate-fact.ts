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
      return { ...body, from: personOf(body.from), into: personOf(body.into) };
    case 'people-distinct':
      return { ...body, personA: personOf(body.personA), personB: personOf(body.personB) };
    case 'faces-assigned': {
      const faceIds = body.faceIds.flatMap((faceId) => faceOf(faceId) ?? []);
      return faceIds.length === 0 ? null : { ...body, faceIds, personId: personOf(body.personId) };
    }
    case 'face-denied':
    case 'face-ignored':
      return translateFace(body, { faceOf, personOf });
    case 'person-named':
    case 'person-hidden':
    case 'person-deleted':
      return { ...body, personId: personOf(body.personId) };
    case 'undone':
      return body;
  }
}

function translateFace(
  body: Extract<FactBody, { kind: 'face-denied' | 'face-ignored' }>,
  { faceOf, personOf }: Translation,
): FactBody | null {
  const faceId = faceOf(body.faceId);
  if (faceId === null) return null;
  if (body.kind === 'face-ignored') return { ...body, faceId };
  return { ...body, faceId, personId: personOf(body.personId) };
}
