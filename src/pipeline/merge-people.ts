import { randomUUID } from 'node:crypto';

import { MACHINE, type Fact } from '../identities/journal/fact.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import { findMerges, weighAgain } from '../identities/tidy/find-merges.ts';
import type { MergeProposal } from '../identities/tidy/merge-proposal.ts';
import { OVERTAKEN, retryWhenOvertaken } from './retry-when-overtaken.ts';
import { currentKnown, type TidyTask } from './tidy-task.ts';

/**
 * Merges the surest pairs of people, each person once; answers with those that were written, and
 * with none when nothing is left to merge. `known` must be what the nearness was brought up to.
 */
export async function mergeSurePairs(task: TidyTask, known: KnownFaces): Promise<MergeProposal[]> {
  const near = task.nearness.of(known);
  const round = { ...task, seen: near.sequence };
  const taken = new Set<string>();
  const done: MergeProposal[] = [];
  for (const pair of findMerges(known, near, { thresholds: task.merge, limit: 0 })) {
    if (taken.has(pair.from) || taken.has(pair.into)) continue;
    taken.add(pair.from).add(pair.into);
    const merged = await retryWhenOvertaken(() => commitMerge(pair, round));
    if (merged !== null) done.push(merged);
  }
  return done;
}

interface Round extends TidyTask {
  /**
   * Up to here nothing was written but what all pairs of the round have seen, and merges of their
   * own, which do not concern each other. Once it lags behind, each pair is weighed again.
   */
  seen: number;
}

/** Null when the pair is no longer sure after what was written meanwhile. */
async function commitMerge(
  pair: MergeProposal,
  round: Round,
): Promise<MergeProposal | null | typeof OVERTAKEN> {
  const known = await currentKnown(round);
  let sure: MergeProposal | null = pair;
  const alone = known.sequence === round.seen;
  if (!alone) {
    const near = round.nearness.of(known);
    await near.update(known, round.signal);
    // It may have moved on while people were measured.
    if (near.sequence !== known.sequence) return OVERTAKEN;
    sure = weighAgain(pair, { known, near, thresholds: round.merge });
    if (sure?.reason !== 'sure') return null;
  }
  const fact = toFact(sure, known, round);
  if (round.dryRun === true) known.apply({ kind: 'fact', sequence: fact.sequence, fact });
  else if ((await round.store.commitFact(fact)) === 'conflict') return OVERTAKEN;
  else await round.publishFact(fact);
  if (alone) round.seen = fact.sequence;
  return sure;
}

function toFact(
  { from, into, evidence }: MergeProposal,
  { people, sequence }: KnownFaces,
  { ownerId, newId = randomUUID }: TidyTask,
): Fact {
  const before = people.stateOf(from);
  return {
    ownerId,
    sequence: sequence + 1,
    factId: newId(),
    at: new Date().toISOString(),
    by: MACHINE,
    body: { kind: 'people-merged', from, into, name: null, evidence },
    changes: {
      people: [{ personId: from, before, after: { ...before, mergedInto: into } }],
      faces: [],
    },
  };
}
