import type { EvalFigures } from '../report/figures.ts';
import type { GatedFigure } from './gated-figures.ts';

/** One figure against its baseline. */
export interface Comparison {
  readonly name: string;
  readonly baseline: number | null;
  readonly measured: number | null;
  readonly tolerance: number;
  /** 'missing': one of the two is not there, which counts as worse. */
  readonly verdict: 'worse' | 'missing' | 'as before' | 'better';
}

/** By name. */
export type Baseline = Readonly<Record<string, number>>;

/** Holds figures against a baseline; a figure is worse when it falls short by more than its tolerance. */
export function compare(
  gated: readonly GatedFigure[],
  figures: EvalFigures,
  baseline: Baseline,
): Comparison[] {
  return gated.map(({ name, better, tolerance, pick }) => {
    const measured = pick(figures) ?? null;
    const wanted = baseline[name] ?? null;
    const gain =
      measured === null || wanted === null
        ? Number.NaN
        : (better === 'higher' ? 1 : -1) * (measured - wanted);
    return { name, baseline: wanted, measured, tolerance, verdict: verdictOf(gain, tolerance) };
  });
}

function verdictOf(gain: number, tolerance: number): Comparison['verdict'] {
  if (Number.isNaN(gain)) return 'missing';
  // Decimal fractions are not exact in binary.
  if (gain < -tolerance - 1e-9) return 'worse';
  return gain > tolerance + 1e-9 ? 'better' : 'as before';
}

export function isPassed(comparisons: readonly Comparison[]): boolean {
  return comparisons.every(({ verdict }) => verdict === 'as before' || verdict === 'better');
}
