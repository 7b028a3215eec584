import type { Findings } from './check.ts';
import type { MemorySample } from './memory.ts';
import type { Overtaking } from './progress.ts';

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
  readonly steady: readonly MemorySample[];
  /** Results that are still marked as to be published. */
  readonly inOutbox: number;
  /** Exit codes other than 0 of workers that were asked to end. */
  readonly badEnds: number;
}

/** A known face's descriptor. */
const BYTES_PER_FACE = 512;
const MOST_SHOWN = 10;

export function isGood({ figures, overtaking }: SoakReport): boolean {
  return figures.lost === 0 && figures.doubled === 0 && overtaking.overtook;
}

export function describe(report: SoakReport): string {
  const { figures, findings, overtaking } = report;
  const failed = [...report.reasons].map(([reason, count]) => `  ${count} failed: ${reason}`);
  return [
    `${figures.jobs} jobs of ${report.recordings}, four workers, store ${report.store}, seed ${report.seed}`,
    `${report.seconds.toFixed(1)} s, ${figures.jobsPerSecond} jobs a second, ${figures.kills} workers killed`,
    `lost ${figures.lost}, doubled ${figures.doubled}, in the outbox ${report.inOutbox}, ` +
      `workers that did not end in order ${report.badEnds}`,
    ...firstOf('lost', findings.lost),
    ...firstOf('doubled', findings.doubled),
    ...failed,
    `uploads ${overtaking.overtook ? 'overtook' : 'did NOT overtake'} the backlog: between adding and ` +
      `completing one, ${overtaking.medianPassedBy} jobs of the backlog were done (median of ` +
      `${overtaking.uploads}; most ${overtaking.mostPassedBy}), while ${overtaking.medianBacklog} waited`,
    memoryLine(report),
  ].join('\n');
}

function firstOf(what: string, findings: ReadonlyMap<string, string>): string[] {
  return [...findings].slice(0, MOST_SHOWN).map(([key, why]) => `  ${what}: ${key}: ${why}`);
}

function memoryLine({ steady, figures, findings }: SoakReport): string {
  const last = steady.at(-1);
  if (last === undefined || last.jobs === 0) return 'memory: nothing was measured';
  // Every worker knows every face, whoever did the photo.
  const facesPer1000 = (findings.faces / last.jobs) * 1000;
  const descriptorsMiB = (facesPer1000 * BYTES_PER_FACE) / 2 ** 20;
  return (
    `memory of the worker that was never killed: ${last.rssMiB.toFixed(0)} MiB after ${last.jobs} ` +
    `photos of its own and ${findings.faces} known faces; it grew by ` +
    `${figures.rssSlopeMiBPer1000Jobs} MiB per 1,000 of its photos in its second half, of which ` +
    `${descriptorsMiB.toFixed(1)} MiB are descriptors of known faces (512 bytes a face, beside ` +
    'their names)'
  );
}
