import type { People } from './journal/people.ts';
import type { Candidate, FaceRecord } from './photo-record.ts';
import { DOUBT_WITHIN } from './thresholds.ts';

/**
 * Why a face is worth a user's look: it joined its person only just, or another person was nearly
 * as near, or it is nobody's although it was nearly somebody's.
 */
export type DoubtReason = 'near-its-limit' | 'near-another-person' | 'nearly-somebody';

/** A face whose person the machine is not sure of. */
export interface UncertainFace {
  readonly assetId: string;
  readonly faceId: string;
  /** Whose it is now; null: nobody's. */
  readonly personId: string | null;
  /** Whose it is most likely. A yes is 'faces-confirmed', or 'faces-assigned' where it is nobody's. */
  readonly suggestedPersonId: string;
  readonly reason: DoubtReason;
  readonly distance: number;
  readonly limitDistance: number;
  readonly nearestFaceId: string;
  /** The other person of 'near-another-person'. */
  readonly otherPersonId: string | null;
}

/** What of a stored face tells whether it is in doubt. */
export interface DoubtableFace extends Pick<FaceRecord, 'faceId' | 'personId'> {
  /** Null: it was refused. */
  readonly descriptor: unknown;
  readonly explanation: { readonly candidates: readonly Candidate[] };
}

/** What the machine doubts of a stored face; null: nothing, or a user has spoken of it. */
export function doubtOf(
  face: DoubtableFace,
  assetId: string,
  people: People,
): UncertainFace | null {
  if (face.descriptor === null || people.isTouched(face.faceId)) return null;
  const personId = people.personOf(face);
  if (personId === null && face.personId !== null) return null;
  const candidates = face.explanation.candidates.map((one) => ({
    ...one,
    personId: people.resolve(one.basePersonId),
  }));
  const its = candidates.find((one) => personId === null || one.personId === personId);
  if (its === undefined || people.stateOf(its.personId).deleted) return null;
  const other = candidates.find((one) => one.personId !== its.personId) ?? null;
  const reason = reasonOf(personId, its, other);
  if (reason === null) return null;
  return {
    assetId,
    faceId: face.faceId,
    personId,
    suggestedPersonId: its.personId,
    reason,
    distance: its.evidenceDistance,
    limitDistance: its.limitDistance,
    nearestFaceId: its.nearestFaceId,
    otherPersonId: reason === 'near-another-person' ? (other?.personId ?? null) : null,
  };
}

function reasonOf(
  personId: string | null,
  its: Candidate,
  other: Candidate | null,
): DoubtReason | null {
  const excess = its.evidenceDistance - its.limitDistance;
  if (personId === null) return excess <= DOUBT_WITHIN ? 'nearly-somebody' : null;
  if (other !== null && other.evidenceDistance - other.limitDistance <= excess + DOUBT_WITHIN) {
    return 'near-another-person';
  }
  return excess >= -DOUBT_WITHIN ? 'near-its-limit' : null;
}
