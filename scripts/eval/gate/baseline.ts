import { readFile, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { messageOf, systemCodeOf } from '../../../src/errors.ts';
import { unusable } from '../data/read-text.ts';
import type { EvalFigures } from '../report/figures.ts';
import type { Baseline } from './compare.ts';
import type { GateData } from './gate-data.ts';
import type { GatedFigure } from './gated-figures.ts';

const BaselineFile = z.record(z.enum(['shared', 'samples']), z.record(z.string(), z.number()));
type BaselineFile = z.infer<typeof BaselineFile>;

const DIGITS = 1e5;

/** The baseline's figures for this data. Throws EVAL_DATA_UNUSABLE. */
export async function readBaseline(file: string, data: GateData): Promise<Baseline> {
  return (await readFileOf(file))[data];
}

/** Writes the figures for this data anew and leaves those for other data as they are. */
export async function writeBaseline(
  file: string,
  data: GateData,
  { gated, figures }: { gated: readonly GatedFigure[]; figures: EvalFigures },
): Promise<void> {
  const measured = gated.map(({ name, pick }) => {
    const value = pick(figures) ?? null;
    if (value === null) throw unusable(file, `"${name}" was not measured, nothing is written`);
    return [name, Math.round(value * DIGITS) / DIGITS] as const;
  });
  const former = await readFileOf(file);
  const changed: BaselineFile = { ...former, [data]: Object.fromEntries(measured) };
  await writeFile(file, `${JSON.stringify(changed, null, 2)}\n`);
}

/** A file that is not there is an empty baseline. */
async function readFileOf(file: string): Promise<BaselineFile> {
  try {
    return BaselineFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return { shared: {}, samples: {} };
    throw unusable(file, `expected a baseline of figures, got: ${messageOf(cause)}`, cause);
  }
}
