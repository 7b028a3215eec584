import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { DESCRIPTOR_LENGTH } from '../../descriptors/descriptor.ts';
import type { KnownFaces } from '../known-faces.ts';
import { CROWD, LEAST_PEOPLE_OF_CROWD } from '../thresholds.ts';
import { linkageDistance, peopleFaces, type PersonFaces } from './people-faces.ts';
import { throwIfStopped } from './throw-if-stopped.ts';

/** Another person and how far the two are apart. */
export interface NearPerson {
  readonly personId: string;
  readonly distance: number;
}

/** A person among the others. */
export interface Standing extends PersonFaces {
  /** The nearest others, nearest first. */
  readonly nearest: readonly NearPerson[];
}

/** The crowd, the other one of a pair, and some that vanish until the person is asked again. */
const NEAREST_KEPT = CROWD.people + 5;
/** For those who wait until it is done. */
const NEVER = new AbortController().signal;
/** How long others wait for their turn. */
const SLICE_MILLIS = 10;

/**
 * How an owner's people lie among each other, kept current with little work: only those whose faces
 * changed are measured against all. A distance costs the same however many faces a person has.
 */
export class NearPeople {
  #standings = new Map<string, Standing>();
  /** The people's means one after another, which is read several times as fast. */
  #means = new Float32Array();
  #sequence = -1;
  #updating: Promise<void> = Promise.resolve();

  /** Everything up to it is known here. */
  get sequence(): number {
    return this.#sequence;
  }

  get standings(): ReadonlyMap<string, Standing> {
    return this.#standings;
  }

  /**
   * Brings this up to what is known, and may find it moved on meanwhile; answers who was new or
   * changed. Throws JOB_ABORTED when `signal` fires; what was not measured is so the next time.
   */
  async update(known: KnownFaces, signal = NEVER): Promise<ReadonlySet<string>> {
    throwIfStopped(signal);
    const turn = this.#updating.then(() => this.#update(known, signal));
    this.#updating = turn.then(
      () => undefined,
      () => undefined,
    );
    const over = new AbortController();
    // Who measures meanwhile may have no reason to stop.
    const stop = once(signal, 'abort', { signal: over.signal });
    try {
      await Promise.race([turn, stop]);
      throwIfStopped(signal);
      return await turn;
    } finally {
      over.abort();
    }
  }

  /** Measures a person against all others anew; null when it is not there. */
  askAgain(personId: string): Standing | null {
    const standing = this.#standings.get(personId);
    if (standing === undefined) return null;
    const asked = { ...standing, nearest: this.#nearestOf(standing) };
    this.#standings.set(personId, asked);
    return asked;
  }

  async #update(known: KnownFaces, signal: AbortSignal): Promise<ReadonlySet<string>> {
    throwIfStopped(signal);
    const changed = new Set<string>();
    if (this.#sequence === known.sequence) return changed;
    const { sequence } = known;
    const people = peopleFaces(known);
    const former = { standings: this.#standings, means: this.#means };
    const standings = new Map<string, Standing>();
    for (const [personId, person] of people) {
      const before = former.standings.get(personId);
      if (before === undefined || !isSame(before, person)) changed.add(personId);
      standings.set(personId, { ...person, nearest: before?.nearest ?? [] });
    }
    this.#standings = standings;
    this.#means = new Float32Array(standings.size * DESCRIPTOR_LENGTH);
    let place = 0;
    for (const { mean } of standings.values()) {
      this.#means.set(mean, DESCRIPTOR_LENGTH * place++);
    }
    try {
      await this.#measure(changed, signal);
    } catch (error) {
      // Those not measured yet would pass for known the next time.
      this.#standings = former.standings;
      this.#means = former.means;
      throw error;
    }
    this.#sequence = sequence;
    return changed;
  }

  async #measure(personIds: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    let start = performance.now();
    for (const personId of personIds) {
      this.askAgain(personId);
      if (performance.now() - start < SLICE_MILLIS) continue;
      await setImmediate();
      throwIfStopped(signal);
      start = performance.now();
    }
  }

  #nearestOf({ personId, mean }: PersonFaces): NearPerson[] {
    const nearest: NearPerson[] = [];
    let farthest = Infinity;
    let place = 0;
    for (const other of this.#standings.keys()) {
      const distance = linkageDistance(mean, this.#means, DESCRIPTOR_LENGTH * place++);
      if (distance >= farthest || other === personId) continue;
      const at = nearest.findIndex((one) => one.distance > distance);
      nearest.splice(at < 0 ? nearest.length : at, 0, { personId: other, distance });
      if (nearest.length > NEAREST_KEPT) nearest.pop();
      if (nearest.length === NEAREST_KEPT) farthest = nearest.at(-1)?.distance ?? Infinity;
    }
    return nearest;
  }
}

/**
 * Mean distance of the nearest few people but `except`, who may be the same person; null where too
 * few are known.
 */
export function crowdDistance(
  { nearest }: Standing,
  except: string,
  there: ReadonlyMap<string, unknown>,
): number | null {
  if (there.size < LEAST_PEOPLE_OF_CROWD) return null;
  const crowd = nearest
    .filter(({ personId }) => personId !== except && there.has(personId))
    .slice(0, CROWD.people);
  return crowd.length === 0
    ? null
    : crowd.reduce((sum, { distance }) => sum + distance, 0) / crowd.length;
}

function isSame(a: PersonFaces, b: PersonFaces): boolean {
  return a.faces === b.faces && a.weight === b.weight && a.mean.every((v, i) => v === b.mean[i]);
}
