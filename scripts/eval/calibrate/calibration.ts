import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { systemCodeOf } from '../../../src/errors.ts';

const Figures = z.object({
  wrongPairs: z.number(),
  missedPairs: z.number(),
  bcubedF: z.number(),
  wrongJoins: z.number(),
  splits: z.number(),
  unknown: z.number(),
});

const Swept = z.object({
  distance: z.number(),
  margin: z.number(),
  sets: z.record(z.string(), Figures),
  meanF: z.number(),
});

/** What a calibration found for one pack on one engine with one detector. */
export const Calibration = z.object({
  pack: z.string(),
  engine: z.string(),
  detector: z.string(),
  descriptorRevision: z.number(),
  date: z.string(),
  orders: z.number(),
  /** Photos and people of each set. */
  data: z.record(z.string(), z.object({ photos: z.number(), people: z.number() })),
  /** The threshold with the best mean BCubed F. */
  best: Swept,
  /** What the worker takes when nothing is set. */
  standard: Swept,
  swept: z.array(Swept),
});
export type Calibration = z.infer<typeof Calibration>;

/** By pack, engine and detector. */
export const Calibrations = z.record(z.string(), Calibration);
export type Calibrations = z.infer<typeof Calibrations>;

export function keyOf({ pack, engine, detector }: Calibration): string {
  return `${pack}, ${engine}, ${detector}`;
}

/** Those of a file; none where there is no file. */
export async function readCalibrations(file: string): Promise<Calibrations> {
  try {
    return Calibrations.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return {};
    throw error;
  }
}
