import { setImmediate } from 'node:timers/promises';

import { DESCRIPTOR_LENGTH } from '../../descriptors/descriptor.ts';
import type { MergeEvidence } from '../journal/fact.ts';
import type { KnownFaces, Voter } from '../known-faces.ts';
import { distanceBetween, nearestWithin } from '../nearest-faces.ts';
import type { MergeThresholds } from '../thresholds.ts';
import type { MergeProposal, MergeReason } from './merge-proposal.ts';
import { readMergeRules, type MergeRules } from './merge-rules.ts';
import { linkageDistance, peopleFaces, type PersonFaces } from './people-faces.ts';

/** People asked for their neighbours before others get a turn. */
const SLICE = 16;
/** Faces of each person among which the nearest two are looked for. */
const MOST_COMPARED = 40;

interface Pair {
  readonly a: PersonFaces;
  readonly b: PersonFaces;
  readonly distance: number;
}

/**
 * Pairs of people who may be one, nearest first; without those that a user told apart, hid or
 * deleted. With the reason 'sure' the machine may merge them by itself.
 */
export async function findMerges(
  known: KnownFaces,
  thresholds: MergeThresholds,
): Promise<MergeProposal[]> {
  const people = peopleFaces(known);
  const rules = readMergeRules(known);
  const pairs = (await nearPairs(people, thresholds.proposeDistance)).filter(
    ({ a, b }) => !rules.isForbidden(a.personId, b.personId),
  );
  return pairs.map((pair) => toProposal(pair, pairs, { known, rules, thresholds }));
}

async function nearPairs(people: readonly PersonFaces[], maxDistance: number): Promise<Pair[]> {
  const means = new Float32Array(people.length * DESCRIPTOR_LENGTH);
  for (const [place, { mean }] of people.entries()) means.set(mean, place * DESCRIPTOR_LENGTH);
  const pairs: Pair[] = [];
  for (const [place, a] of people.entries()) {
    if (place % SLICE === 0) await setImmediate();
    // Two means lie never further apart than their faces do.
    for (const near of nearestWithin(means, a.mean, maxDistance)) {
      if (near.place <= place) continue;
      const b = people[near.place] as PersonFaces;
      const distance = linkageDistance(a, b);
      if (distance <= maxDistance) pairs.push({ a, b, distance });
    }
  }
  return pairs.sort((one, other) => one.distance - other.distance);
}

interface Context {
  readonly known: KnownFaces;
  readonly rules: MergeRules;
  readonly thresholds: MergeThresholds;
}

function toProposal(pair: Pair, pairs: readonly Pair[], context: Context): MergeProposal {
  const [from, into] = inOrder(pair, context.known);
  const otherDistance = nearestOther(pair, pairs, context);
  const evidence: MergeEvidence = {
    distance: pair.distance,
    limitDistance: context.thresholds.distance,
    ...nearestFaces(from, into),
    faces: [from.faces.length, into.faces.length],
    otherDistance,
  };
  const reason = reasonOf(pair, evidence, context);
  return { from: from.personId, into: into.personId, reason, evidence };
}

function reasonOf({ a, b }: Pair, evidence: MergeEvidence, context: Context): MergeReason {
  const { known, rules, thresholds } = context;
  const isNamed = ({ personId }: PersonFaces): boolean =>
    known.people.stateOf(personId).name !== null;
  if (rules.areOnOnePhoto(a.personId, b.personId)) return 'on-one-photo';
  if (isNamed(a) && isNamed(b)) return 'both-named';
  if (evidence.distance > thresholds.distance) return 'not-sure-enough';
  const { otherDistance } = evidence;
  if (otherDistance !== null && otherDistance < evidence.distance + thresholds.margin) {
    return 'another-as-near';
  }
  return 'sure';
}

/** A named person stays, else the one with more faces, else the one whose id comes first. */
function inOrder({ a, b }: Pair, { people }: KnownFaces): [PersonFaces, PersonFaces] {
  const isNamed = ({ personId }: PersonFaces): number =>
    Number(people.stateOf(personId).name !== null);
  const order =
    isNamed(b) - isNamed(a) ||
    b.faces.length - a.faces.length ||
    (a.personId < b.personId ? -1 : 1);
  return order < 0 ? [b, a] : [a, b];
}

/** The nearest third person whom one of the pair may be instead, but who is not the other one. */
function nearestOther(pair: Pair, pairs: readonly Pair[], { rules }: Context): number | null {
  const ids = [pair.a.personId, pair.b.personId];
  const rival = pairs.find((one) => {
    if (one === pair) return false;
    const [first, second] = [one.a.personId, one.b.personId];
    const third = ids.includes(first) ? second : ids.includes(second) ? first : null;
    if (third === null) return false;
    const opposite = ids.find((id) => id !== first && id !== second) ?? '';
    return rules.isForbidden(third, opposite) || rules.areOnOnePhoto(third, opposite);
  });
  return rival?.distance ?? null;
}

function nearestFaces(
  from: PersonFaces,
  into: PersonFaces,
): Pick<MergeEvidence, 'nearestDistance' | 'nearestFaceIds'> {
  let nearestDistance = Infinity;
  let nearestFaceIds: readonly [string, string] = ['', ''];
  for (const one of facesTowards(from, into)) {
    for (const other of facesTowards(into, from)) {
      const distance = distanceBetween(one.descriptor, other.descriptor);
      if (distance >= nearestDistance) continue;
      nearestDistance = distance;
      nearestFaceIds = [one.faceId, other.faceId];
    }
  }
  return { nearestDistance, nearestFaceIds };
}

/** The faces that lie nearest to the other person's mean: all pairs of thousands would take long. */
function facesTowards({ faces }: PersonFaces, { mean }: PersonFaces): readonly Voter[] {
  if (faces.length <= MOST_COMPARED) return faces;
  return faces
    .map((face) => ({ face, distance: distanceBetween(face.descriptor, mean) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_COMPARED)
    .map(({ face }) => face);
}
