import { sameModel } from '../descriptors/descriptor.ts';
import type { SeenFace, SeenPhoto } from '../descriptors/seen-photo.ts';
import { boxIou } from '../faces/face.ts';
import { mayVote } from '../faces/quality.ts';
import type { KnownFaces } from './known-faces.ts';
import { distanceBetween } from './nearest-faces.ts';
import type { AssignmentRule, Candidate, FaceRecord, PhotoRecord } from './photo-record.ts';

/** What a match takes, as Euclidean distances of unit-length descriptors (0…2). */
export interface MatchThresholds {
  /** Evidence distance up to which a face is the person's, when one known face speaks for it. */
  readonly distance: number;
  /** When a second person is nearer than this beyond the first, the first must be this much surer. */
  readonly margin: number;
}

/** Found on LFW's development view and a labelled album; see the README, "Telling people apart". */
export const DEFAULT_MATCH: MatchThresholds = { distance: 0.34, margin: 0.02 };

/**
 * Room that each further voter earns: that three faces of a person are all by chance as near is
 * much rarer than one. Measured with 0.34 at first: the album's BCubed F rose from 0.872 to 0.942,
 * LFW's development view stayed at 0.957.
 */
const ROOM_PER_VOTER = 0.02;

/** Overlap above which a face of a re-run is the face of the earlier run. */
const SAME_FACE_IOU = 0.5;
/** Candidates within this share of the threshold are kept for the explanation. */
const EXPLAIN_WITHIN = 1.5;
const MOST_CANDIDATES = 5;

interface OpenFace {
  readonly seen: SeenFace;
  readonly former: FaceRecord | null;
  readonly candidates: readonly Candidate[];
}

interface Verdict {
  readonly personId: string | null;
  readonly rule: AssignmentRule;
  readonly isNewPerson: boolean;
}

/**
 * Decides who is on a photo. Pure: the same photo, known faces and ids give the same answer.
 * 1. A face that an earlier run of this photo knew keeps its face id and its person.
 * 2. Other faces join the person with the best evidence; two faces of one photo are two people.
 * 3. Who matches nobody is a new person, unless the face is too poor to found one.
 */
export function decidePhoto(input: {
  seen: SeenPhoto;
  former: PhotoRecord | null;
  known: KnownFaces;
  assetId: string;
  thresholds: MatchThresholds;
  newId: () => string;
}): FaceRecord[] {
  const { seen, former, thresholds, newId } = input;
  const formerFaces = pairWithFormer(seen, former, thresholds);
  const open = seen.faces.map((face, i): OpenFace => ({
    seen: face,
    former: formerFaces[i] ?? null,
    candidates: findCandidates(face, input),
  }));
  const verdicts = assignPeople(open, thresholds, newId);
  return open.map((face, i) =>
    toRecord(
      face,
      verdicts[i] ?? { personId: null, rule: 'low-quality-unmatched', isNewPerson: false },
      {
        thresholds,
        newId,
      },
    ),
  );
}

/** For each face its earlier record, best overlap first, each record once. */
function pairWithFormer(
  seen: SeenPhoto,
  former: PhotoRecord | null,
  thresholds: MatchThresholds,
): (FaceRecord | null)[] {
  const paired: (FaceRecord | null)[] = seen.faces.map(() => null);
  if (former === null) return paired;
  const samePhoto = former.checksum === seen.checksum;
  const sameDescriptors = sameModel(former.model, seen.model);
  const pairs = seen.faces
    .flatMap((face, i) =>
      former.faces.map((record) => ({ i, face, record, iou: boxIou(face.box, record.box) })),
    )
    .filter(
      ({ face, record, iou }) =>
        iou > SAME_FACE_IOU &&
        // Another picture under the same id: the place alone proves nothing.
        (samePhoto || (sameDescriptors && looksAlike(face, record, thresholds))),
    )
    .sort((a, b) => b.iou - a.iou);
  const taken = new Set<FaceRecord>();
  for (const { i, record } of pairs) {
    if (paired[i] !== null || taken.has(record)) continue;
    paired[i] = record;
    taken.add(record);
  }
  return paired;
}

function looksAlike(face: SeenFace, record: FaceRecord, thresholds: MatchThresholds): boolean {
  return (
    face.descriptor !== null &&
    record.descriptor !== null &&
    distanceBetween(face.descriptor, record.descriptor) <= thresholds.distance
  );
}

function findCandidates(
  face: SeenFace,
  input: { known: KnownFaces; assetId: string; thresholds: MatchThresholds },
): Candidate[] {
  if (face.descriptor === null) return [];
  const { distance } = input.thresholds;
  return input.known
    .peopleNear(face.descriptor, {
      maxDistance: distance * EXPLAIN_WITHIN,
      exceptAssetId: input.assetId,
    })
    .map((person) => ({
      ...person,
      limitDistance: distance + (person.voters - 1) * ROOM_PER_VOTER,
    }))
    .sort((a, b) => excess(a) - excess(b))
    .slice(0, MOST_CANDIDATES);
}

function assignPeople(
  faces: readonly OpenFace[],
  thresholds: MatchThresholds,
  newId: () => string,
): Verdict[] {
  const verdicts: (Verdict | null)[] = faces.map(() => null);
  const taken = new Set<string>();
  faces.forEach(({ former }, i) => {
    if (former?.personId == null || taken.has(former.personId)) return;
    taken.add(former.personId);
    verdicts[i] = { personId: former.personId, rule: 'kept-from-earlier-run', isNewPerson: false };
  });
  const matches = faces
    .flatMap(({ candidates }, i) =>
      candidates
        .filter((candidate) => isMatch(candidate, candidates, thresholds.margin))
        .map((candidate) => ({ i, personId: candidate.personId, excess: excess(candidate) })),
    )
    .sort((a, b) => a.excess - b.excess || a.i - b.i);
  for (const { i, personId } of matches) {
    if (verdicts[i] !== null || taken.has(personId)) continue;
    taken.add(personId);
    verdicts[i] = { personId, rule: 'matched', isNewPerson: false };
  }
  return faces.map(({ seen }, i) => verdicts[i] ?? unmatched(seen, newId));
}

/** Enough evidence for the person, and clearly more than for anyone else. */
function isMatch(candidate: Candidate, candidates: readonly Candidate[], margin: number): boolean {
  const contested = candidates.some(
    (other) => other.personId !== candidate.personId && excess(other) < excess(candidate) + margin,
  );
  return excess(candidate) <= (contested ? -margin : 0);
}

/** How far the evidence lies beyond its limit; a match is zero or less. */
function excess({ evidenceDistance, limitDistance }: Candidate): number {
  return evidenceDistance - limitDistance;
}

function unmatched(face: SeenFace, newId: () => string): Verdict {
  if (face.descriptor === null) {
    return { personId: null, rule: 'descriptor-refused', isNewPerson: false };
  }
  return mayVote(face.quality)
    ? { personId: newId(), rule: 'new-person', isNewPerson: true }
    : { personId: null, rule: 'low-quality-unmatched', isNewPerson: false };
}

function toRecord(
  { seen, former, candidates }: OpenFace,
  verdict: Verdict,
  { thresholds, newId }: { thresholds: MatchThresholds; newId: () => string },
): FaceRecord {
  const nearest = [...candidates].sort((a, b) => a.nearestDistance - b.nearestDistance)[0];
  return {
    faceId: former?.faceId ?? newId(),
    personId: verdict.personId,
    isNewPerson: verdict.isNewPerson,
    assignedBy:
      former?.personId != null && former.personId === verdict.personId ? former.assignedBy : 'auto',
    box: seen.box,
    score: seen.score,
    quality: seen.quality,
    landmarks: seen.landmarks,
    descriptor: seen.descriptor,
    distance: nearest?.nearestDistance ?? null,
    nearestFaceId: nearest?.nearestFaceId ?? null,
    explanation: {
      rule: verdict.rule,
      threshold: thresholds.distance,
      margin: thresholds.margin,
      candidates,
    },
  };
}
