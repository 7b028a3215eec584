import Table from 'cli-table3';

import type { EvalArguments } from '../arguments.ts';
import type { EvalFigures } from '../report/figures.ts';
import { readBaseline, writeBaseline } from './baseline.ts';
import { compare, isPassed, type Comparison } from './compare.ts';
import type { GateData } from './gate-data.ts';
import { GATED } from './gated-figures.ts';

/** Holds the figures against the baseline, or writes them as the new one; whether the gate is passed. */
export async function runGate(
  figures: EvalFigures,
  data: GateData,
  options: Pick<EvalArguments, 'baseline' | 'writeBaseline'>,
): Promise<boolean> {
  const gated = GATED[data];
  if (options.writeBaseline) {
    await writeBaseline(options.baseline, data, { gated, figures });
    console.error(`the baseline for the ${data} data is written to ${options.baseline}`);
    return true;
  }
  const comparisons = compare(gated, figures, await readBaseline(options.baseline, data));
  console.error(tableOf(comparisons));
  const passed = isPassed(comparisons);
  const better = comparisons.filter(({ verdict }) => verdict === 'better');
  if (passed && better.length > 0) {
    console.error(
      'Some figures are better: npm run eval -- --gate --write-baseline keeps them so.',
    );
  }
  console.error(
    passed
      ? `The gate is passed (${data} data).`
      : `The gate is not passed (${data} data): a figure is worse than ${options.baseline} allows.`,
  );
  return passed;
}

function tableOf(comparisons: readonly Comparison[]): string {
  const table = new Table({
    head: ['figure', 'baseline', 'measured', 'tolerance', ''],
    style: { compact: true, head: [], border: [] },
  });
  for (const { name, baseline, measured, tolerance, verdict } of comparisons) {
    table.push([name, shown(baseline), shown(measured), String(tolerance), verdict]);
  }
  return table.toString();
}

function shown(value: number | null): string {
  return value === null ? '–' : String(Math.round(value * 1e4) / 1e4);
}
