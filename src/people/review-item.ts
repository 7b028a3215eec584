import type { DoubtReason, UncertainFace } from '../identities/doubtful-face.ts';
import type { MergeProposal, MergeReason } from '../identities/tidy/merge-proposal.ts';
import type { Directory } from './directory.ts';
import {
  summariseFace,
  summarisePerson,
  type FaceSummary,
  type PersonSummary,
} from './summaries.ts';

/** A question with what is needed to answer it. */
export interface ReviewItem {
  readonly id: string;
  readonly kind: 'uncertain-face' | 'proposed-merge';
  readonly question: string;
  /** Of an uncertain face: the face itself, then the suggested person's. Of a merge: by turns. */
  readonly faces: readonly FaceSummary[];
  /** Of an uncertain face: the suggested person, then another one. Of a merge: the two. */
  readonly people: readonly PersonSummary[];
  readonly distance: number;
  readonly limit: number;
  readonly reason: string;
}

/** A proposal to ask about: two who stand on one photo are two people. */
export type AskableMerge = MergeProposal & {
  readonly reason: Exclude<MergeReason, 'on-one-photo'>;
};

const FACES_OF_EACH = 4;

const MERGE_REASONS: Readonly<Record<AskableMerge['reason'], string>> = {
  sure: 'they look the same, and nothing speaks against it',
  'not-sure-enough': 'they look alike, but not so much that the worker would merge them by itself',
  'another-as-near': 'a third person looks as much like one of them',
  'parted-again': 'they look alike, but a merge of the two was taken back',
  'both-named': 'both have a name, and named people are never merged by the worker',
};

const DOUBT_REASONS: Readonly<Record<DoubtReason, string>> = {
  'near-its-limit': 'the face is only just near enough',
  'near-another-person': 'another person is nearly as near',
  'nearly-somebody': 'the face is a little too far for the worker to say so by itself',
};

export function mergeQuestion(
  directory: Directory,
  { id, proposal }: { id: string; proposal: AskableMerge },
): ReviewItem {
  const { from, into, evidence, reason } = proposal;
  const [fromFace, intoFace] = evidence.nearestFaceIds;
  const [a, b] = [facesOf(directory, from, fromFace), facesOf(directory, into, intoFace)];
  const byTurns = a.flatMap((face, i) => [face, b[i] ?? []].flat()).concat(b.slice(a.length));
  const people = [summarisePerson(directory, from), summarisePerson(directory, into)];
  const names = people.flatMap(({ name }) => name ?? []);
  return {
    id,
    kind: 'proposed-merge',
    question: names.length === 0 ? 'Is this the same person?' : `Are both ${names.join(' and ')}?`,
    faces: byTurns,
    people,
    distance: evidence.distance,
    limit: evidence.limitDistance,
    reason: MERGE_REASONS[reason],
  };
}

export function faceQuestion(
  directory: Directory,
  { id, doubt }: { id: string; doubt: UncertainFace },
): ReviewItem {
  const { suggestedPersonId, otherPersonId, faceId } = doubt;
  const asked = directory.faces.get(faceId);
  const others = facesOf(directory, suggestedPersonId, doubt.nearestFaceId);
  const person = summarisePerson(directory, suggestedPersonId);
  const other = otherPersonId === null ? [] : [summarisePerson(directory, otherPersonId)];
  return {
    id,
    kind: 'uncertain-face',
    question: `Is this ${person.name ?? 'the same person'}?`,
    faces: [
      ...(asked === undefined ? [] : [summariseFace(directory, asked)]),
      ...others.filter((face) => face.faceId !== faceId),
    ],
    people: [person, ...other],
    distance: doubt.distance,
    limit: doubt.limitDistance,
    reason: DOUBT_REASONS[doubt.reason],
  };
}

/** A few of a person's faces: the one that was compared, then those that show best who it is. */
function facesOf(directory: Directory, personId: string, firstId: string): FaceSummary[] {
  const all = [...(directory.persons.get(personId) ?? [])];
  const first = all.filter(({ faceId }) => faceId === firstId);
  const best = all
    .filter(({ faceId }) => faceId !== firstId)
    .sort((a, b) => b.quality.value - a.quality.value);
  return [...first, ...best].slice(0, FACES_OF_EACH).map((face) => summariseFace(directory, face));
}
