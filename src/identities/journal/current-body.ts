import type { FactBody } from './fact.ts';

/** A body as a journal or a file may hold it: faces were denied and ignored one by one before. */
export type StoredBody =
  | FactBody
  | { readonly kind: 'face-denied'; readonly faceId: string; readonly personId: string }
  | { readonly kind: 'face-ignored'; readonly faceId: string; readonly reason: string };

/** The same body as it would be written today. */
export function currentBody(stored: StoredBody): FactBody {
  if (stored.kind === 'face-denied') {
    return { kind: 'faces-denied', faceIds: [stored.faceId], personId: stored.personId };
  }
  if (stored.kind === 'face-ignored') {
    return { kind: 'faces-ignored', faceIds: [stored.faceId], reason: stored.reason };
  }
  return stored;
}
