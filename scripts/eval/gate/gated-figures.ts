import type { BoxDetection } from '../detection/detect.ts';
import type { EvalFigures } from '../report/figures.ts';
import type { GateData } from './gate-data.ts';

/** A figure that may not become worse, and by how much it may move without being worse. */
export interface GatedFigure {
  readonly name: string;
  readonly better: 'higher' | 'lower';
  /** Room for other engines, processors and library versions, which round otherwise. */
  readonly tolerance: number;
  readonly pick: (figures: EvalFigures) => number | null | undefined;
}

const higher = (name: string, tolerance: number, pick: GatedFigure['pick']): GatedFigure => ({
  name,
  better: 'higher',
  tolerance,
  pick,
});

const lower = (name: string, tolerance: number, pick: GatedFigure['pick']): GatedFigure => ({
  name,
  better: 'lower',
  tolerance,
  pick,
});

const box = ({ detection }: EvalFigures): Partial<BoxDetection> => detection;

const DETECTION: readonly GatedFigure[] = [
  higher('boxes: recall', 0.02, (figures) => box(figures).recall),
  higher('boxes: precision', 0.02, (figures) => box(figures).precision),
  lower('photos without a found face', 1, ({ detection }) => detection.photosWithoutFace),
];

const PEOPLE: readonly GatedFigure[] = [
  higher('pairs: accuracy', 0.003, ({ verification }) => verification?.accuracy),
  higher('pairs: TAR at FAR 1 %', 0.008, ({ verification }) => verification?.tarAtFar['0.01']),
  lower('pairs: equal error rate', 0.004, ({ verification }) => verification?.equalErrorRate),
  higher('library: BCubed F', 0.006, ({ identification }) => identification?.bcubed.f),
  higher('library: pairwise F', 0.03, ({ identification }) => identification?.pairwise.f),
];

const ALBUM: readonly GatedFigure[] = [
  higher('boxes: AP', 0.02, (figures) => box(figures).averagePrecision),
  higher('album: BCubed F', 0.015, ({ album }) => album?.identification?.bcubed.f),
  higher('album: people together', 1, ({ album }) => album?.peopleTogether),
  lower('album: people mixed', 0, ({ album }) => album?.peopleMixed),
];

export const GATED: Readonly<Record<GateData, readonly GatedFigure[]>> = {
  shared: [...PEOPLE, ...DETECTION, ...ALBUM],
  samples: [...PEOPLE, ...DETECTION],
};
