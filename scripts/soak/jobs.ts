import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { ImageAdded } from '../../src/queue/image-added.ts';
import { seededRandom } from '../harness/random.ts';

/** Owners that share the photos: one alone would make every commit a race of all workers. */
export const OWNERS = 20;
/** One photo in so many is an upload; the others are the backlog. */
const UPLOAD_SHARE = 20;
const FILES_PER_FOLDER = 1000;

export type SoakSource = 'upload' | 'backfill';

export interface SoakJob {
  /** Also the asset's id and the file's name. */
  readonly jobId: string;
  readonly payload: ImageAdded & { readonly ownerId: string; readonly path: string };
}

/** What a soak is made of: photos of the backlog have the lower numbers, uploads the others. */
export interface SoakPlan {
  readonly jobs: number;
  readonly backlog: number;
  readonly mediaRoot: string;
  readonly seed: number;
}

export function planSoak(from: { jobs: number; mediaRoot: string; seed: number }): SoakPlan {
  const uploads = Math.max(1, Math.floor(from.jobs / UPLOAD_SHARE));
  return { ...from, backlog: from.jobs - uploads };
}

export function ownerName(index: number): string {
  return `owner-${index}`;
}

export function assetOf(number: number, plan: SoakPlan): { assetId: string; ownerId: string } {
  const source: SoakSource = number < plan.backlog ? 'backfill' : 'upload';
  const owner = Math.floor(seededRandom(plan.seed, number, OWNERS)() * OWNERS);
  return { assetId: `${source}-${number}`, ownerId: ownerName(owner) };
}

export function sourceOf(assetId: string): SoakSource {
  return assetId.startsWith('upload') ? 'upload' : 'backfill';
}

/** The jobs of the photos from `from` to `to` (without it), each with a file of its own. */
export async function makeJobs(
  { from, to }: { from: number; to: number },
  plan: SoakPlan,
): Promise<SoakJob[]> {
  const jobs: SoakJob[] = [];
  for (let number = from; number < to; number++) {
    const folder = path.join(plan.mediaRoot, String(Math.floor(number / FILES_PER_FOLDER)));
    if (number === from || number % FILES_PER_FOLDER === 0)
      await mkdir(folder, { recursive: true });
    const { assetId, ownerId } = assetOf(number, plan);
    const file = path.join(folder, `${assetId}.jpg`);
    // The recorded child goes by the name; the worker itself only wants the file to be there.
    await writeFile(file, '');
    const source = sourceOf(assetId);
    jobs.push({ jobId: assetId, payload: { assetId, ownerId, path: file, source } });
  }
  return jobs;
}

/** The number of the photo in a file, or of an asset. */
export function numberOf(file: string): number {
  const number = /-(?<number>\d+)(?:\.jpg)?$/.exec(file)?.groups?.['number'];
  if (number === undefined) throw new Error(`expected a file of the soak, got ${file}`);
  return Number(number);
}
