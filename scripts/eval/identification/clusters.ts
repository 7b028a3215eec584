/** A photo whose labelled face shows `label`, and the person it was given; null: left unknown. */
export interface Placed {
  readonly label: string;
  readonly cluster: string | null;
}

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/**
 * BCubed (Bagga and Baldwin): for each photo the share of its cluster that shows its person, and the
 * share of its person's photos that are in its cluster, each with the photo itself; the means over
 * all photos. A photo left unknown is a cluster of its own.
 */
export function bcubed(placed: readonly Placed[]): PrecisionRecall {
  const counts = new Counts(placed);
  let [precision, recall] = [0, 0];
  for (const { label, cluster } of placed) {
    const together = cluster === null ? 1 : counts.together(label, cluster);
    precision += together / (cluster === null ? 1 : counts.ofCluster(cluster));
    recall += together / counts.ofLabel(label);
  }
  const total = Math.max(1, placed.length);
  return withF(precision / total, recall / total);
}

/** Of all pairs of photos put together, those of one person; of all pairs of one person, those put together. */
export function pairwise(placed: readonly Placed[]): PrecisionRecall {
  const counts = new Counts(placed);
  const right = sumOfPairs(counts.cells());
  const joined = sumOfPairs(counts.clusters());
  const wanted = sumOfPairs(counts.labels());
  return withF(joined === 0 ? 1 : right / joined, wanted === 0 ? 1 : right / wanted);
}

export interface Fragments {
  /** People with at least one photo that was given to somebody. */
  readonly people: number;
  /** Persons that were founded and hold at least one labelled photo. */
  readonly founded: number;
  /** People in more than one of them. */
  readonly split: number;
  /** Mean number of founded persons that one of the people is in; 1 is ideal. */
  readonly fragmentsPerPerson: number;
  /** Founded persons with photos of more than one of the people. */
  readonly mixed: number;
  /** Mean number of people in one founded person; 1 is ideal. */
  readonly peoplePerFounded: number;
}

export function fragments(placed: readonly Placed[]): Fragments {
  const clustersOf = new Map<string, Set<string>>();
  const labelsOf = new Map<string, Set<string>>();
  for (const { label, cluster } of placed) {
    if (cluster === null) continue;
    setOf(clustersOf, label).add(cluster);
    setOf(labelsOf, cluster).add(label);
  }
  const links = [...clustersOf.values()].reduce((sum, { size }) => sum + size, 0);
  return {
    people: clustersOf.size,
    founded: labelsOf.size,
    split: [...clustersOf.values()].filter(({ size }) => size > 1).length,
    fragmentsPerPerson: links / Math.max(1, clustersOf.size),
    mixed: [...labelsOf.values()].filter(({ size }) => size > 1).length,
    peoplePerFounded: links / Math.max(1, labelsOf.size),
  };
}

class Counts {
  readonly #labels = new Map<string, number>();
  readonly #clusters = new Map<string, number>();
  readonly #cells = new Map<string, number>();

  constructor(placed: readonly Placed[]) {
    for (const { label, cluster } of placed) {
      add(this.#labels, label);
      if (cluster === null) continue;
      add(this.#clusters, cluster);
      add(this.#cells, cellOf(label, cluster));
    }
  }

  ofLabel(label: string): number {
    return this.#labels.get(label) ?? 0;
  }

  ofCluster(cluster: string): number {
    return this.#clusters.get(cluster) ?? 0;
  }

  together(label: string, cluster: string): number {
    return this.#cells.get(cellOf(label, cluster)) ?? 0;
  }

  labels(): Iterable<number> {
    return this.#labels.values();
  }

  clusters(): Iterable<number> {
    return this.#clusters.values();
  }

  cells(): Iterable<number> {
    return this.#cells.values();
  }
}

function cellOf(label: string, cluster: string): string {
  return JSON.stringify([label, cluster]);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key);
  if (known !== undefined) return known;
  const made = new Set<string>();
  sets.set(key, made);
  return made;
}

function sumOfPairs(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += (count * (count - 1)) / 2;
  return sum;
}

function withF(precision: number, recall: number): PrecisionRecall {
  const sum = precision + recall;
  return { precision, recall, f: sum === 0 ? 0 : (2 * precision * recall) / sum };
}
