import { existsSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../native/run.ts';
import type { EvalArguments } from '../arguments.ts';

const shared = path.resolve(root, '../shared/data');
const lfw = path.join(shared, 'lfw-dev');

/** Where the development data lies when it is there; the paths of its parts. */
export const SHARED_DATA = {
  lfw,
  pairs: path.join(lfw, 'pairs.txt'),
  boxes: path.join(shared, 'album/ground-truth.json'),
} as const;

export type GateData = 'shared' | 'samples';

/** What the gate measures on here: lfw-dev and the album, or the samples that every checkout has. */
export function chooseGateData({ gateData }: Pick<EvalArguments, 'gateData'>): GateData {
  if (gateData !== 'auto') return gateData;
  return existsSync(SHARED_DATA.pairs) && existsSync(SHARED_DATA.boxes) ? 'shared' : 'samples';
}

/** The arguments of an evaluation that measures every figure of the baseline. */
export function gateArguments(options: EvalArguments, data: GateData): EvalArguments {
  return data === 'shared' ? { ...options, ...SHARED_DATA } : { ...options, samples: true };
}
