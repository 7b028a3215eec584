/** A pair by its photos' places, with their distance. */
export interface DistantPair {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
}

/** Keeps the `most` pairs of the least or greatest distance among millions, in little room. */
export class WorstPairs {
  readonly #most: number;
  readonly #sign: 1 | -1;
  readonly #kept: DistantPair[] = [];

  constructor(most: number, which: 'nearest' | 'farthest') {
    this.#most = most;
    this.#sign = which === 'nearest' ? 1 : -1;
  }

  offer(first: number, second: number, distance: number): void {
    const last = this.#kept.at(-1);
    const isFull = this.#kept.length === this.#most;
    if (isFull && last !== undefined && this.#sign * (distance - last.distance) >= 0) return;
    if (isFull) this.#kept.pop();
    const place = this.#kept.findIndex((pair) => this.#sign * (distance - pair.distance) < 0);
    const pair = { first, second, distance };
    if (place === -1) this.#kept.push(pair);
    else this.#kept.splice(place, 0, pair);
  }

  /** The worst first. */
  get pairs(): readonly DistantPair[] {
    return this.#kept;
  }
}
