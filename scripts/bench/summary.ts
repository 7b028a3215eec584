import type { BaselineReport } from './face-api-baseline.ts';
import type { NearestReport } from './nearest.ts';
import type { WorkerReport } from './run-worker.ts';

/** All turns of one bench. */
export interface Runs {
  readonly tfjsNode: readonly BaselineReport[];
  readonly wasm: readonly BaselineReport[];
  /** By number of vision children. */
  readonly worker: ReadonlyMap<number, readonly WorkerReport[]>;
  /** The number of children that the worker takes here by itself. */
  readonly standard: number;
  readonly lowPower: WorkerReport;
}

/** One way to run the photos, medians of its turns. */
export interface Row {
  readonly name: string;
  readonly imagesPerSecond: number;
  readonly cpuSecondsPerPhoto: number;
  readonly coldStartMillis: number;
  readonly totalMiB: number;
  readonly faces: number;
}

/** What `--json` writes; figures are medians of the turns, null for what does not run here. */
export interface BenchReport {
  readonly date: string;
  readonly photos: number;
  readonly imagesPerSecond: {
    readonly worker: number;
    readonly faceApiTfjsNode: number | null;
    readonly faceApiWasm: number | null;
  };
  readonly ratio: { readonly tfjsNode: number | null; readonly wasm: number | null };
  readonly memoryMiB: {
    readonly visionChildPeak: number;
    readonly total: number;
    readonly faceApiTfjsNode: number | null;
    readonly lowPowerTotal: number;
  };
  /** Processor time of queue, store, identities and process traffic as a share of all. */
  readonly overheadShare: number;
  readonly stageMillis: Readonly<Record<string, number>>;
  readonly engine: string;
  readonly rows: readonly Row[];
  readonly nearest: Readonly<Record<string, NearestReport>>;
}

type Median = (values: readonly number[]) => number;

export function summarise(
  runs: Runs,
  nearest: Readonly<Record<string, NearestReport>>,
  median: Median,
): BenchReport {
  const standard = runs.worker.get(runs.standard) ?? [];
  const of = (pick: (run: WorkerReport) => number): number => median(standard.map(pick));
  const worker = of(speed);
  const faceApiTfjsNode = medianOrNull(runs.tfjsNode.map(speed), median);
  const faceApiWasm = medianOrNull(runs.wasm.map(speed), median);
  return {
    date: new Date().toISOString().slice(0, 10),
    photos: standard[0]?.photos ?? 0,
    imagesPerSecond: { worker, faceApiTfjsNode, faceApiWasm },
    ratio: {
      tfjsNode: faceApiTfjsNode === null ? null : worker / faceApiTfjsNode,
      wasm: faceApiWasm === null ? null : worker / faceApiWasm,
    },
    memoryMiB: {
      visionChildPeak: of(({ visionPeaksMiB }) => Math.max(...visionPeaksMiB)),
      total: of(totalMiB),
      faceApiTfjsNode: medianOrNull(
        runs.tfjsNode.map(({ peakMiB }) => peakMiB),
        median,
      ),
      lowPowerTotal: totalMiB(runs.lowPower),
    },
    overheadShare: of((run) => run.mainCpuSeconds / run.cpuSeconds),
    stageMillis: standard[0]?.stageMillis ?? {},
    engine: standard[0]?.engine ?? '',
    rows: rowsOf(runs, median),
    nearest,
  };
}

function rowsOf(runs: Runs, median: Median): Row[] {
  const baseline = (name: string, reports: readonly BaselineReport[]): Row[] =>
    reports.length === 0
      ? []
      : [rowOf(name, { reports, median, memory: ({ peakMiB }) => peakMiB })];
  const worker = [...runs.worker].map(([children, reports]) =>
    rowOf(`this worker, ${children} ${children === 1 ? 'child' : 'children'}`, {
      reports,
      median,
      memory: totalMiB,
    }),
  );
  return [
    ...baseline('face-api, wasm', runs.wasm),
    ...baseline('face-api, tfjs-node', runs.tfjsNode),
    ...worker,
    rowOf('this worker, low-power', { reports: [runs.lowPower], median, memory: totalMiB }),
  ];
}

function rowOf<T extends BaselineReport | WorkerReport>(
  name: string,
  {
    reports,
    median,
    memory,
  }: { reports: readonly T[]; median: Median; memory: (run: T) => number },
): Row {
  return {
    name,
    imagesPerSecond: median(reports.map(speed)),
    cpuSecondsPerPhoto: median(reports.map((run) => run.cpuSeconds / run.photos)),
    coldStartMillis: median(reports.map(({ coldStartMillis }) => coldStartMillis)),
    totalMiB: median(reports.map(memory)),
    faces: reports[0]?.faces ?? 0,
  };
}

function speed({ photos, wallSeconds }: { photos: number; wallSeconds: number }): number {
  return photos / wallSeconds;
}

function totalMiB({ mainPeakMiB, visionPeaksMiB }: WorkerReport): number {
  return visionPeaksMiB.reduce((sum, peak) => sum + peak, mainPeakMiB);
}

function medianOrNull(values: readonly number[], median: Median): number | null {
  return values.length === 0 ? null : median(values);
}
