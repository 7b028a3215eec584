import type { Findings } from './check.ts';
import type { Overtaking } from './progress.ts';
import { mostPassedBy, type SteadySample } from './steady-worker.ts';

/** What `--json` writes. */
export interface SoakFigures {
  readonly jobs: number;
  readonly lost: number;
  readonly doubled: number;
  readonly kills: number;
  readonly jobsPerSecond: number;
  readonly rssSlopeMiBPer1000Jobs: number;
}

export interface SoakReport {
  readonly figures: SoakFigures;
  readonly seconds: number;
  readonly store: string;
  readonly recordings: string;
  readonly seed: number;
  readonly findings: Findings;
  readonly reasons: ReadonlyMap<string, number>;
  readonly overtaking: Overtaking;
  readonly steady: readonly SteadySample[];
  /** Results that are still marked as to be published. */
  readonly inOutbox: number;
  /** Exit codes other than 0 of workers that were asked to end. */
  readonly badEnds: number;
}

/** A known face's descriptor. */
const BYTES_PER_FACE = 512;
const MOST_SHOWN = 10;
/** Fewer jobs say nothing of memory: the heap is still finding its size. */
const LEAST_JOBS_FOR_MEMORY = 20_000;
/** A soak of so many in which nobody was killed has not tried what it is for. */
const LEAST_JOBS_FOR_KILLS = 5000;
/** What a worker may grow in 1,000 jobs beside the descriptors: names of faces, and the heap's ups and downs. */
const MOST_MIB_PER_1000_JOBS = 2;
/** Photos that the others may do while the spared worker does none: some ten seconds of theirs. */
const MOST_PASSED_BY = 3000;

export function isGood(report: SoakReport): boolean {
  const { figures, overtaking, inOutbox, badEnds } = report;
  const isWhole = figures.lost === 0 && figures.doubled === 0 && inOutbox === 0;
  const isRunning = badEnds === 0 && !hangs(report);
  if (figures.jobs >= LEAST_JOBS_FOR_KILLS && figures.kills === 0) return false;
  return isWhole && isRunning && overtaking.overtook && isMemoryFlat(report);
}

/** A worker that waits for a lock or starts a new child is back long before. */
function hangs({ steady }: SoakReport): boolean {
  return mostPassedBy(steady) > MOST_PASSED_BY;
}

function isMemoryFlat(report: SoakReport): boolean {
  if (report.figures.jobs < LEAST_JOBS_FOR_MEMORY) return true;
  const most = MOST_MIB_PER_1000_JOBS + descriptorsMiBPer1000Jobs(report);
  return report.figures.rssSlopeMiBPer1000Jobs <= most;
}

/** Every worker knows every face, whoever did the photo. */
function descriptorsMiBPer1000Jobs({ findings, figures }: SoakReport): number {
  return ((findings.faces / figures.jobs) * 1000 * BYTES_PER_FACE) / 2 ** 20;
}

export function describe(report: SoakReport): string {
  const { figures, findings, overtaking } = report;
  const failed = [...report.reasons].map(([reason, count]) => `  ${count} failed: ${reason}`);
  return [
    `${figures.jobs} jobs of ${report.recordings}, four workers, store ${report.store}, seed ${report.seed}`,
    `${report.seconds.toFixed(1)} s, ${figures.jobsPerSecond} jobs a second, ${figures.kills} workers killed`,
    `lost ${figures.lost}, doubled ${figures.doubled}, in the outbox ${report.inOutbox}, ` +
      `workers that did not end in order ${report.badEnds}; the maintenance job decided ` +
      `${findings.tidied} times beside them`,
    ...firstOf('lost', findings.lost),
    ...firstOf('doubled', findings.doubled),
    ...failed,
    `uploads ${overtaking.overtook ? 'overtook' : 'did NOT overtake'} the backlog: between adding and ` +
      `completing one, ${overtaking.medianPassedBy} jobs of the backlog were done (median of ` +
      `${overtaking.uploads}; most ${overtaking.mostPassedBy}), while ${overtaking.medianBacklog} waited`,
    `the worker that was spared the longest did ${report.steady.at(-1)?.photos ?? 0} photos, and at ` +
      `most ${mostPassedBy(report.steady)} were done by the others while it did none` +
      (hangs(report) ? ': it HUNG' : ''),
    memoryLine(report),
  ].join('\n');
}

function firstOf(what: string, findings: ReadonlyMap<string, string>): string[] {
  return [...findings].slice(0, MOST_SHOWN).map(([key, why]) => `  ${what}: ${key}: ${why}`);
}

function memoryLine(report: SoakReport): string {
  const { steady, figures, findings } = report;
  const last = steady.at(-1);
  if (last === undefined) return 'memory: nothing was measured';
  return (
    `its memory: ${last.rssMiB.toFixed(0)} MiB after ` +
    `${last.jobs} photos of all workers; ${findings.faces} known faces at the end; it grew by ` +
    `${figures.rssSlopeMiBPer1000Jobs} MiB per 1,000 photos in its second half, of which ` +
    `${descriptorsMiBPer1000Jobs(report).toFixed(1)} MiB are descriptors of known faces (512 bytes ` +
    `a face, beside their names)${isMemoryFlat(report) ? '' : ': NOT flat'}`
  );
}
