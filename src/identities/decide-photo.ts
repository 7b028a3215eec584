import { sameModel } from '../descriptors/descriptor.ts';
import { distanceBetween } from '../descriptors/distance.ts';
import type { SeenFace, SeenPhoto } from '../descriptors/seen-photo.ts';
import { boxIou } from '../faces/face.ts';
import { mayVote } from '../faces/quality.ts';
import { asEarlierRun } from './imported-photo.ts';
import type { People } from './journal/people.ts';
import type { KnownFaces } from './known-faces.ts';
import type { AssignmentRule, Candidate, FaceRecord, PhotoRecord } from './photo-record.ts';
import { matchLimit, type MatchThresholds } from './thresholds.ts';

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
  /** Before merges and corrections, as it is stored. */
  readonly personId: string | null;
  readonly rule: AssignmentRule;
  readonly isNewPerson: boolean;
}

/**
 * Decides who is on a photo. Pure: the same photo, known faces and ids give the same answer.
 * 1. A face that an earlier run of this photo knew keeps its face id and its person, and what a user
 *    said of it holds: assigned, denied, ignored, or its person deleted.
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
  /** What an earlier run decided counts only for a face that matches nobody now. */
  reconsider?: boolean;
}): FaceRecord[] {
  const { seen, thresholds, newId, known, reconsider = false } = input;
  const former = input.former === null ? null : asEarlierRun(input.former, seen);
  const formerFaces = pairWithFormer(seen, former, thresholds);
  const open = seen.faces.map((face, i): OpenFace => {
    const earlier = formerFaces[i] ?? null;
    return { seen: face, former: earlier, candidates: findCandidates(face, earlier, input) };
  });
  const verdicts = assignPeople(open, known, { thresholds, newId, reconsider });
  const faces = open.map((face, i) =>
    toRecord(
      face,
      verdicts[i] ?? { personId: null, rule: 'low-quality-unmatched', isNewPerson: false },
      {
        thresholds,
        newId,
      },
    ),
  );
  return [...faces, ...unseenByUser({ seen, former, known }, formerFaces)];
}

/** Faces that a user spoke of stay with their photo, although the detector missed them this time. */
function unseenByUser(
  { seen, former, known }: { seen: SeenPhoto; former: PhotoRecord | null; known: KnownFaces },
  paired: readonly (FaceRecord | null)[],
): FaceRecord[] {
  if (former === null) return [];
  const comparable = sameModel(former.model, seen.model);
  const isSame = former.checksum === seen.checksum;
  if (!isSame && !(comparable && isMostOf(former, paired))) return [];
  return former.faces
    .filter((face) => !paired.includes(face) && known.people.isTouched(face.faceId))
    .filter((face) => isSame || !isInPlaceOf(face, seen))
    .map((face) => ({
      ...face,
      descriptor: comparable ? face.descriptor : null,
      isNewPerson: false,
      explanation: { ...face.explanation, rule: 'not-seen-again', candidates: [] },
    }));
}

/** Whether so many of its faces were known again that other bytes show the same picture. */
function isMostOf({ faces }: PhotoRecord, paired: readonly (FaceRecord | null)[]): boolean {
  return paired.filter((face) => face !== null).length > faces.length / 2;
}

/** Whether a face was seen where the record has one; one that looks otherwise is somebody else's. */
function isInPlaceOf({ box }: FaceRecord, seen: SeenPhoto): boolean {
  return seen.faces.some((face) => boxIou(face.box, box) > SAME_FACE_IOU);
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
  former: FaceRecord | null,
  input: { known: KnownFaces; assetId: string; thresholds: MatchThresholds },
): Candidate[] {
  if (face.descriptor === null) return [];
  const { distance } = input.thresholds;
  const { people, peopleCount } = input.known;
  return input.known
    .peopleNear(face.descriptor, {
      maxDistance: distance * EXPLAIN_WITHIN,
      exceptAssetId: input.assetId,
    })
    .filter(({ personId }) => former === null || !people.isDenied(former.faceId, personId))
    .map((person) => ({
      ...person,
      limitDistance: matchLimit(input.thresholds, { ...person, people: peopleCount }),
    }))
    .sort((a, b) => excess(a) - excess(b))
    .filter(isBestOfPerson)
    .slice(0, MOST_CANDIDATES);
}

/** Of those who were merged into one person, the best speaks for it; for a sorted list. */
function isBestOfPerson(
  candidate: Candidate,
  place: number,
  candidates: readonly Candidate[],
): boolean {
  return candidates.findIndex(({ personId }) => personId === candidate.personId) === place;
}

function assignPeople(
  faces: readonly OpenFace[],
  known: KnownFaces,
  {
    thresholds,
    newId,
    reconsider,
  }: { thresholds: MatchThresholds; newId: () => string; reconsider: boolean },
): Verdict[] {
  const { people } = known;
  const taken = new Set<string>();
  const verdicts = faces.map(({ former }) =>
    reconsider && !isUsersWord(former, people) ? null : keepFormer(former, people, taken),
  );
  const held = faces.map(({ former }) => (former === null ? null : people.personOf(former)));
  const matches = faces
    .flatMap(({ candidates }, i) =>
      candidates
        .filter((candidate) => isMatch(candidate, candidates, thresholds.margin))
        // A face that is thought about again takes nobody's person from another face beside it.
        .filter(({ personId }) => held[i] === personId || !held.includes(personId))
        .map((candidate) => ({ i, candidate, excess: excess(candidate) })),
    )
    .sort((a, b) => a.excess - b.excess || a.i - b.i);
  for (const { i, candidate } of matches) {
    if (verdicts[i] !== null || taken.has(candidate.personId)) continue;
    taken.add(candidate.personId);
    verdicts[i] = { personId: candidate.basePersonId, rule: 'matched', isNewPerson: false };
  }
  if (reconsider) {
    for (const [i, { former }] of faces.entries())
      verdicts[i] ??= keepFormer(former, people, taken);
  }
  return faces.map((face, i) => verdicts[i] ?? unmatched(face, known, newId));
}

/** Whether what the face is stands by a user's decision, or by that of its person. */
function isUsersWord(former: FaceRecord | null, people: People): boolean {
  if (former === null) return false;
  const { faceId } = former;
  const person = people.personOf(former);
  return (
    people.isIgnored(faceId) ||
    people.isAssigned(faceId) ||
    (person === null && former.personId !== null)
  );
}

/** What an earlier run or a user has settled; null leaves the face to be decided. */
function keepFormer(former: FaceRecord | null, people: People, taken: Set<string>): Verdict | null {
  if (former === null) return null;
  const settle = (rule: AssignmentRule): Verdict => {
    return { personId: former.personId, rule, isNewPerson: false };
  };
  if (people.isIgnored(former.faceId)) return settle('ignored-by-user');
  const base = people.basePersonOf(former);
  if (base === null) return null;
  const person = people.resolve(base);
  if (people.isDenied(former.faceId, person)) return null;
  if (people.stateOf(person).deleted) return settle('person-deleted-by-user');
  const assigned = people.isAssigned(former.faceId);
  if (!assigned && taken.has(person)) return null;
  taken.add(person);
  return settle(assigned ? 'assigned-by-user' : 'kept-from-earlier-run');
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

/**
 * A denied face that matches nobody else stays nobody's under its former person: it is given back
 * when the user takes the denial back, and founds nobody meanwhile. So does one whose person a user
 * made one with that of another face of the photo: it comes back when the merge is undone.
 */
function unmatched(
  { seen: face, former }: OpenFace,
  { leastQuality, people }: KnownFaces,
  newId: () => string,
): Verdict {
  if (former?.personId != null) {
    const isDenied = people.deniedOf(former.faceId).length > 0;
    const rule = isDenied ? 'denied-by-user' : 'kept-from-earlier-run';
    return { personId: former.personId, rule, isNewPerson: false };
  }
  if (face.descriptor === null) {
    return { personId: null, rule: 'descriptor-refused', isNewPerson: false };
  }
  return mayVote(face.quality, leastQuality)
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
