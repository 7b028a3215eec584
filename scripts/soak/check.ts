import type { Queue } from 'bullmq';

import { People } from '../../src/identities/journal/people.ts';
import type { OwnerEntry } from '../../src/identities/known-faces.ts';
import { FACES_IDENTIFIED, type FacesIdentified } from '../../src/queue/faces-identified.ts';
import { PEOPLE_CHANGED, type PeopleChanged } from '../../src/queue/people-changed.ts';
import type { Store } from '../../src/store/store.ts';
import { DecisionsCheck } from './decisions.ts';
import { assetOf, numberOf, ownerName, OWNERS, type SoakPlan } from './jobs.ts';
import type { Copy } from './recordings.ts';

const PAGE = 500;

type ResultQueue = Queue<FacesIdentified | PeopleChanged>;
type Person = string | null;

/** What is wrong, by asset or owner, each with why. */
export interface Findings {
  readonly lost: ReadonlyMap<string, string>;
  readonly doubled: ReadonlyMap<string, string>;
  readonly faces: number;
  /** Decisions of the maintenance job meanwhile: people it merged, photos it decided again. */
  readonly tidied: number;
}

/** A photo's decision: whose its faces are, by face. */
interface Decision {
  readonly revision: number;
  readonly faces: ReadonlyMap<string, Person>;
}

/** What the result queue holds, each with how often. */
interface Published {
  readonly photos: ReadonlyMap<string, readonly Decision[]>;
  readonly facts: ReadonlyMap<string, number>;
}

interface Marks {
  readonly lost: Map<string, string>;
  readonly doubled: Map<string, string>;
}

/**
 * Holds store and result queue against the jobs. Each photo has one record, decided once by its job
 * and again only where the maintenance job found whose an open face is; each revision has at most
 * one result and the last exactly one, which repeats the record; each fact is published once; each
 * owner's sequences were given without gap or double; and a photo's faces are those of its copy, each
 * recorded face one person.
 */
export async function checkAll(
  store: Store,
  queue: ResultQueue,
  { plan, copyOf }: { plan: SoakPlan; copyOf: (number: number) => Copy },
): Promise<Findings> {
  const decisions = new DecisionsCheck(copyOf);
  const marks: Marks = { lost: new Map(), doubled: new Map() };
  const published = await readPublished(queue);
  const asked = new Set<string>();
  for (let number = 0; number < plan.jobs; number++) {
    const { assetId, ownerId } = assetOf(number, plan);
    asked.add(keyOf(ownerId, assetId));
  }
  let [faces, tidied] = [0, 0];
  const kept = new Set<string>();
  for (let owner = 0; owner < OWNERS; owner++) {
    const ownerId = ownerName(owner);
    const people = await checkFacts(store, ownerId, { published, marks });
    const entries = await readEntries(store, ownerId);
    let given = people.facts.length;
    for await (const record of photosOf(store, ownerId)) {
      const key = keyOf(ownerId, record.assetId);
      if (kept.has(key)) marks.doubled.set(key, 'two records');
      kept.add(key);
      if (!decisions.isAsSeen(numberOf(record.assetId), record, people)) {
        marks.lost.set(key, 'its faces are not those that were seen');
      }
      faces += record.faces.length;
      given += record.revision;
      tidied += record.revision - 1;
      checkPhoto(key, toDecision(record), { results: published.photos.get(key), people, marks });
    }
    tidied += people.facts.length;
    checkOrder(ownerId, entries, { given, marks });
  }
  for (const key of asked) if (!kept.has(key)) marks.lost.set(key, 'no record');
  for (const key of [...kept, ...published.photos.keys()]) {
    if (!asked.has(key)) marks.doubled.set(key, 'nobody asked for it');
  }
  for (const [face, people] of decisions.parted) marks.doubled.set(face, `${people} people`);
  return { ...marks, faces, tidied };
}

/** Answers with the owner's people; every fact that is stored was published, and no other. */
async function checkFacts(
  store: Store,
  ownerId: string,
  { published, marks }: { published: Published; marks: Marks },
): Promise<People> {
  const facts = await store.readFacts(ownerId);
  for (const { factId } of facts) {
    const times = published.facts.get(keyOf(ownerId, factId)) ?? 0;
    if (times === 0) marks.lost.set(keyOf(ownerId, factId), 'no people-changed job');
    if (times > 1) marks.doubled.set(keyOf(ownerId, factId), `${times} people-changed jobs`);
  }
  const stored = new Set(facts.map(({ factId }) => keyOf(ownerId, factId)));
  for (const key of published.facts.keys()) {
    if (key.startsWith(keyOf(ownerId, '')) && !stored.has(key)) {
      marks.doubled.set(key, 'a people-changed job of no fact');
    }
  }
  return People.of(facts);
}

function checkPhoto(
  key: string,
  record: Decision,
  {
    results = [],
    people,
    marks,
  }: { results?: readonly Decision[] | undefined; people: People; marks: Marks },
): void {
  const ofRevision = new Map(results.map((result) => [result.revision, result]));
  if (ofRevision.size < results.length) marks.doubled.set(key, 'two results of one revision');
  const last = ofRevision.get(record.revision);
  if (last === undefined) marks.lost.set(key, `no result of revision ${record.revision}`);
  else if (!isSame(record, last, people)) marks.doubled.set(key, 'record and result differ');
  for (const { revision, faces } of results) {
    if (revision > record.revision) marks.doubled.set(key, `a result of revision ${revision}`);
    const earlier = ofRevision.get(revision - 1);
    if (earlier !== undefined && !foundSomebody(earlier.faces, faces)) {
      marks.doubled.set(key, `decided again as revision ${revision} for nothing`);
    }
  }
}

/**
 * Every sequence up to the highest was given once. A photo that was decided again holds its last one
 * alone, so the former ones are counted by its revision.
 */
function checkOrder(
  ownerId: string,
  entries: readonly OwnerEntry[],
  { given, marks }: { given: number; marks: Marks },
): void {
  const head = entries.at(-1)?.sequence ?? 0;
  if (new Set(entries.map(({ sequence }) => sequence)).size < entries.length) {
    marks.doubled.set(ownerId, 'a sequence was given twice');
  } else if (given !== head) {
    const what = `${given} photos, decisions and facts up to sequence ${head}`;
    (given < head ? marks.lost : marks.doubled).set(ownerId, what);
  }
}

async function readEntries(store: Store, ownerId: string): Promise<OwnerEntry[]> {
  const entries: OwnerEntry[] = [];
  for (;;) {
    const page = await store.readEntriesAfter(ownerId, entries.at(-1)?.sequence ?? 0, PAGE);
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}

async function* photosOf(
  store: Store,
  ownerId: string,
): AsyncGenerator<Awaited<ReturnType<Store['readPhotosAfter']>>[number]> {
  for (let last = 0; ;) {
    const page = await store.readPhotosAfter(ownerId, last, PAGE);
    yield* page;
    last = page.at(-1)?.sequence ?? last;
    if (page.length < PAGE) return;
  }
}

async function readPublished(queue: ResultQueue): Promise<Published> {
  const photos = new Map<string, Decision[]>();
  const facts = new Map<string, number>();
  for (let start = 0; ; start += PAGE) {
    const page = await queue.getWaiting(start, start + PAGE - 1);
    for (const { name, data } of page) {
      if (name === FACES_IDENTIFIED && 'assetId' in data) {
        const key = keyOf(data.ownerId, data.assetId);
        photos.set(key, [...(photos.get(key) ?? []), toDecision(data)]);
      } else if (name === PEOPLE_CHANGED && 'factId' in data) {
        const key = keyOf(data.ownerId, data.factId);
        facts.set(key, (facts.get(key) ?? 0) + 1);
      }
    }
    if (page.length < PAGE) return { photos, facts };
  }
}

function toDecision(of: {
  readonly revision: number;
  readonly faces: readonly { readonly faceId: string; readonly personId: Person }[];
}): Decision {
  return {
    revision: of.revision,
    faces: new Map(of.faces.map(({ faceId, personId }) => [faceId, personId])),
  };
}

/** A result names people as they were when it was published: some were merged since. */
function isSame(record: Decision, result: Decision, people: People): boolean {
  const now = (personId: Person | undefined): Person | undefined =>
    personId == null ? personId : people.resolve(personId);
  return (
    record.faces.size === result.faces.size &&
    [...record.faces].every(([id, personId]) => now(personId) === now(result.faces.get(id)))
  );
}

/** Whether a face that was nobody's is somebody's later. */
function foundSomebody(earlier: Decision['faces'], later: Decision['faces']): boolean {
  return [...earlier].some(([id, personId]) => personId === null && later.get(id) != null);
}

function keyOf(ownerId: string, id: string): string {
  return `${ownerId}/${id}`;
}
