import type { Candidate, FaceRecord } from '../../../../src/identities/photo-record.ts';

/** Candidates that are told; the worker keeps some more. */
const MOST_TOLD = 3;

/** Who a founded person is, in words. */
export type Naming = (personId: string) => string;

/** The worker's own explanation of a decision, in words: rule, then each candidate that was weighed. */
export function explain(face: FaceRecord, naming: Naming): string {
  const { rule, candidates } = face.explanation;
  const quality = `quality ${face.quality.value.toFixed(2)}${
    face.quality.reasons.length === 0 ? '' : ` (${face.quality.reasons.join(', ')})`
  }`;
  const weighed =
    candidates.length === 0
      ? 'nobody near'
      : candidates
          .slice(0, MOST_TOLD)
          .map((candidate) => describe(candidate, naming))
          .join('; ');
  return `${rule}, ${quality}; ${weighed}`;
}

function describe(candidate: Candidate, naming: Naming): string {
  const { evidenceDistance, limitDistance, voters } = candidate;
  const within = evidenceDistance <= limitDistance ? 'within' : 'beyond';
  const faces = voters === 1 ? '1 face' : `${voters} faces`;
  return `${naming(candidate.personId)} at ${evidenceDistance.toFixed(3)} by ${faces}, ${within} ${limitDistance.toFixed(3)}`;
}
