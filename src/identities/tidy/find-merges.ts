import type { MergeEvidence } from '../journal/fact.ts';
import type { KnownFaces } from '../known-faces.ts';
import { CROWD, LOST_WITHOUT_CROWD, PROPOSE_WITHIN, type MergeThresholds } from '../thresholds.ts';
import type { MergeProposal, MergeReason } from './merge-proposal.ts';
import { readMergeRules, type MergeRules } from './merge-rules.ts';
import { crowdDistance, type NearPeople, type Standing } from './near-people.ts';
import { nearestFaces } from './nearest-faces-of-pairs.ts';

/**
 * Pairs of people who may be one, the surest first; without those that a user told apart, hid or
 * deleted. With the reason 'sure' the machine may merge them by itself. Those who were seen on one
 * photo come last. `near` must have been brought up to what is known. At most `limit` of them are
 * not sure.
 */
export function findMerges(
  known: KnownFaces,
  near: NearPeople,
  { thresholds, limit = Infinity }: { thresholds: MergeThresholds; limit?: number },
): MergeProposal[] {
  const context = { known, near, thresholds, rules: readMergeRules(known) };
  const weighed = candidatePairs(near).flatMap(([a, b]) => weighPair(a, b, context) ?? []);
  weighed.sort(
    (a, b) => Number(isOnOnePhoto(a)) - Number(isOnOnePhoto(b)) || excess(a) - excess(b),
  );
  const sure = weighed.filter(({ reason }) => reason === 'sure');
  const open = weighed.filter(({ reason }) => reason !== 'sure').slice(0, limit);
  return nearestFaces([...sure, ...open], known);
}

/** The same of two people alone, measured anew; null when they are not to be one, or not there. */
export function weighAgain(
  pair: { readonly from: string; readonly into: string },
  context: { known: KnownFaces; near: NearPeople; thresholds: MergeThresholds },
): MergeProposal | null {
  const [a, b] = [context.near.askAgain(pair.from), context.near.askAgain(pair.into)];
  if (a === null || b === null) return null;
  const rules = readMergeRules(context.known);
  const weighed = weighPair(a, b, { ...context, rules });
  return weighed === null ? null : (nearestFaces([weighed], context.known)[0] ?? null);
}

/** A proposal before its nearest faces are looked for. */
export type WeighedPair = Omit<MergeProposal, 'evidence'> & {
  readonly evidence: Omit<MergeEvidence, 'nearestDistance' | 'nearestFaceIds'>;
};

interface Context {
  readonly known: KnownFaces;
  readonly near: NearPeople;
  readonly thresholds: MergeThresholds;
  readonly rules: MergeRules;
}

/** Each pair once of which one is among the nearest of the other. */
function candidatePairs({ standings }: NearPeople): [Standing, Standing][] {
  const pairs: [Standing, Standing][] = [];
  for (const a of standings.values()) {
    for (const { personId } of a.nearest) {
      const b = standings.get(personId);
      if (b === undefined) continue;
      const seenFromB = b.nearest.some((one) => one.personId === a.personId);
      if (!seenFromB || a.personId < b.personId) pairs.push([a, b]);
    }
  }
  return pairs;
}

function weighPair(a: Standing, b: Standing, context: Context): WeighedPair | null {
  const { near, thresholds, rules, known } = context;
  const distance = a.nearest.find(({ personId }) => personId === b.personId)?.distance;
  const measured =
    distance ?? b.nearest.find(({ personId }) => personId === a.personId)?.distance ?? Infinity;
  const crowds = [
    crowdDistance(a, b.personId, near.standings),
    crowdDistance(b, a.personId, near.standings),
  ].filter((crowd) => crowd !== null);
  const crowd = crowds.length < 2 ? null : crowds.reduce((sum, one) => sum + one, 0) / 2;
  const limitDistance = thresholds.distance + roomOf(crowd);
  if (measured > limitDistance + PROPOSE_WITHIN) return null;
  if (rules.isForbidden(a.personId, b.personId)) return null;
  const [from, into] = inOrder(a, b, known);
  const evidence = {
    distance: measured,
    limitDistance,
    crowdDistance: crowd,
    otherDistance: nearestOther(a, b, context),
    faces: [from.faces, into.faces] as const,
  };
  const reason = reasonOf(a, b, { ...context, evidence });
  return { from: from.personId, into: into.personId, reason, evidence };
}

/** Where strangers stand near, or nothing tells how near, the limit is nearer. */
function roomOf(crowd: number | null): number {
  if (crowd === null) return -LOST_WITHOUT_CROWD;
  return Math.min(CROWD.mostRoom, CROWD.weight * (crowd - CROWD.usualDistance));
}

function reasonOf(
  a: Standing,
  b: Standing,
  context: Context & { readonly evidence: WeighedPair['evidence'] },
): MergeReason {
  const { known, rules, thresholds, evidence } = context;
  if (rules.areOnOnePhoto(a.personId, b.personId)) return 'on-one-photo';
  if (isNamed(a, known) && isNamed(b, known)) return 'both-named';
  if (rules.wereParted(a.personId, b.personId)) return 'parted-again';
  if (evidence.distance > evidence.limitDistance) return 'not-sure-enough';
  const { otherDistance } = evidence;
  if (otherDistance !== null && otherDistance < evidence.distance + thresholds.margin) {
    return 'another-as-near';
  }
  return 'sure';
}

/** A named person stays, else the one with more faces, else the one whose id comes first. */
function inOrder(a: Standing, b: Standing, known: KnownFaces): [Standing, Standing] {
  const order =
    Number(isNamed(a, known)) - Number(isNamed(b, known)) ||
    a.faces - b.faces ||
    (a.personId < b.personId ? 1 : -1);
  return order < 0 ? [a, b] : [b, a];
}

function isNamed({ personId }: Standing, { people }: KnownFaces): boolean {
  return people.stateOf(personId).name !== null;
}

/** The nearest third person whom one of the two may be instead, but who cannot be the other one. */
function nearestOther(a: Standing, b: Standing, { rules, known, near }: Context): number | null {
  const rivals = [
    [a, b],
    [b, a],
  ].flatMap(([one, other]) =>
    (one as Standing).nearest.filter(({ personId }) => {
      const third = near.standings.get(personId);
      if (third === undefined || personId === (other as Standing).personId) return false;
      return cannotBeOne(third, other as Standing, { rules, known });
    }),
  );
  return rivals.length === 0 ? null : Math.min(...rivals.map(({ distance }) => distance));
}

function cannotBeOne(
  a: Standing,
  b: Standing,
  { rules, known }: Pick<Context, 'rules' | 'known'>,
): boolean {
  return (
    rules.isForbidden(a.personId, b.personId) ||
    rules.wereParted(a.personId, b.personId) ||
    rules.areOnOnePhoto(a.personId, b.personId) ||
    (isNamed(a, known) && isNamed(b, known))
  );
}

function isOnOnePhoto({ reason }: WeighedPair): boolean {
  return reason === 'on-one-photo';
}

function excess({ evidence }: WeighedPair): number {
  return evidence.distance - evidence.limitDistance;
}
