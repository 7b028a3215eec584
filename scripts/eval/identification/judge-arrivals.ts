import type { FaceRecord } from '../../../src/identities/photo-record.ts';
import type { LabelledPhoto } from '../data/labelled-photo.ts';
import type { Arrival } from './fill-library.ts';

/**
 * How an arriving photo was decided, by what was known of its person at that moment:
 * - 'right': joined the person, or founded one where the person was not known yet
 * - 'split': founded another person though the person was known
 * - 'mixed': joined somebody else
 * - 'unknown': left without a person
 * - 'no-face': nothing was found on it
 */
export type Judgement = 'right' | 'split' | 'mixed' | 'unknown' | 'no-face';

export interface JudgedArrival {
  readonly photo: number;
  readonly face: FaceRecord | null;
  readonly judgement: Judgement;
}

/**
 * Judges each labelled photo at its arrival. A founded person counts as whoever most of its labelled
 * photos show by then; one without labelled photos is nobody's, so to join it is like founding.
 */
export function judgeArrivals(
  arrivals: readonly Arrival[],
  photos: readonly LabelledPhoto[],
): JudgedArrival[] {
  const labelsOf = new Map<string, Map<string, number>>();
  const known = new Set<string>();
  return arrivals.flatMap(({ photo, face }): JudgedArrival[] => {
    const label = photos[photo]?.person ?? null;
    if (label === null) return [];
    const cluster = face?.personId ?? null;
    if (face === null || cluster === null) {
      return [{ photo, face, judgement: face === null ? 'no-face' : 'unknown' }];
    }
    const labels = labelsOf.get(cluster) ?? new Map<string, number>();
    const judgement = judge(label, labels, known.has(label));
    labelsOf.set(cluster, labels.set(label, (labels.get(label) ?? 0) + 1));
    known.add(label);
    return [{ photo, face, judgement }];
  });
}

function judge(
  label: string,
  labels: ReadonlyMap<string, number>,
  isKnown: boolean,
): 'right' | 'split' | 'mixed' {
  if (labels.size === 0) return isKnown ? 'split' : 'right';
  const most = Math.max(...labels.values());
  return labels.get(label) === most ? 'right' : 'mixed';
}
