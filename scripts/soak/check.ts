import type { Queue } from 'bullmq';

import type { PhotoRecord } from '../../src/identities/photo-record.ts';
import type { FacesIdentified } from '../../src/queue/faces-identified.ts';
import type { Store } from '../../src/store/store.ts';
import { assetOf, ownerName, OWNERS, type SoakPlan } from './jobs.ts';

const PAGE = 500;

/** What is wrong, by asset or owner, each with why. */
export interface Findings {
  readonly lost: ReadonlyMap<string, string>;
  readonly doubled: ReadonlyMap<string, string>;
  readonly faces: number;
}

/** What a result must repeat of its record. */
interface Kept {
  readonly revision: number;
  readonly faces: string;
}

/**
 * Holds store and result queue against the jobs: each photo has one record of revision 1 and one
 * result that repeats it, and each owner's sequences are 1, 2, 3 … without gap or double.
 */
export async function checkAll(
  store: Store,
  results: Queue<FacesIdentified>,
  plan: SoakPlan,
): Promise<Findings> {
  const lost = new Map<string, string>();
  const doubled = new Map<string, string>();
  const kept = new Map<string, Kept>();
  let faces = 0;
  for (let owner = 0; owner < OWNERS; owner++) {
    faces += await checkOwner(store, ownerName(owner), { kept, doubled });
  }
  const published = await readResults(results);
  for (let number = 0; number < plan.jobs; number++) {
    const { assetId, ownerId } = assetOf(number, plan);
    const key = keyOf(ownerId, assetId);
    const record = kept.get(key);
    const found = published.get(key) ?? [];
    if (record === undefined) lost.set(key, 'no record');
    else if (found.length === 0) lost.set(key, 'no result');
    if (found.length > 1) doubled.set(key, `${found.length} results`);
    else if (record !== undefined && found[0] !== undefined && !isSame(record, found[0])) {
      doubled.set(key, `record of revision ${record.revision} and another result`);
    }
    kept.delete(key);
    published.delete(key);
  }
  for (const key of [...kept.keys(), ...published.keys()]) doubled.set(key, 'nobody asked for it');
  return { lost, doubled, faces };
}

async function checkOwner(
  store: Store,
  ownerId: string,
  into: { kept: Map<string, Kept>; doubled: Map<string, string> },
): Promise<number> {
  let [last, faces] = [0, 0];
  for (;;) {
    const page = await store.readPhotosAfter(ownerId, last, PAGE);
    for (const record of page) {
      const key = keyOf(ownerId, record.assetId);
      if (record.sequence !== last + 1) {
        into.doubled.set(`${ownerId} after ${last}`, `sequence ${record.sequence} follows`);
      }
      if (into.kept.has(key)) into.doubled.set(key, 'two records');
      if (record.revision > 1) into.doubled.set(key, `revision ${record.revision}`);
      into.kept.set(key, toKept(record));
      last = record.sequence;
      faces += record.faces.length;
    }
    if (page.length < PAGE) break;
  }
  return faces;
}

async function readResults(queue: Queue<FacesIdentified>): Promise<Map<string, Kept[]>> {
  const results = new Map<string, Kept[]>();
  for (let start = 0; ; start += PAGE) {
    const page = await queue.getWaiting(start, start + PAGE - 1);
    for (const { data } of page) {
      const key = keyOf(data.ownerId, data.assetId);
      results.set(key, [...(results.get(key) ?? []), toKept(data)]);
    }
    if (page.length < PAGE) return results;
  }
}

function toKept({ revision, faces }: PhotoRecord | FacesIdentified): Kept {
  return { revision, faces: faces.map((face) => `${face.faceId}=${face.personId}`).join() };
}

function isSame(a: Kept, b: Kept): boolean {
  return a.revision === b.revision && a.faces === b.faces;
}

function keyOf(ownerId: string, assetId: string): string {
  return `${ownerId}/${assetId}`;
}
