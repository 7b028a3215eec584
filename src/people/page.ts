import { WorkerError } from '../errors.ts';

/** Part of a sorted list, and where the next part begins. */
export interface Page<T> {
  readonly items: readonly T[];
  /** To be given back for the next page; null at the end. */
  readonly next: string | null;
  readonly total: number;
}

export interface PageWish {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What a list is sorted by, the first part first; ascending, texts by code unit. */
export type SortKey = readonly (string | number)[];

export function compareKeys(a: SortKey, b: SortKey): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return 0;
}

/**
 * The page after a cursor. The cursor holds the last item's key, so that what came or went
 * meanwhile neither doubles nor hides the others. `sorted` is sorted by `keyOf`. Throws
 * REQUEST_INVALID for a cursor of another making.
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => SortKey,
  { limit, cursor }: PageWish,
): Page<T> {
  const start = cursor === undefined ? 0 : placeAfter(sorted, keyOf, readCursor(cursor));
  const items = sorted.slice(start, start + limit);
  const last = items.at(-1);
  const atEnd = last === undefined || start + items.length >= sorted.length;
  return { items, next: atEnd ? null : writeCursor(keyOf(last)), total: sorted.length };
}

/** Halves the list: a person may have tens of thousands of faces. */
function placeAfter<T>(sorted: readonly T[], keyOf: (item: T) => SortKey, key: SortKey): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keyOf(sorted[middle] as T), key) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function writeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function readCursor(cursor: string): SortKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.every(isKeyPart)) return key;
  } catch {
    // Said below.
  }
  throw new WorkerError(
    'REQUEST_INVALID',
    `expected the "next" of an earlier answer as cursor, got ${JSON.stringify(cursor.slice(0, 80))}`,
  );
}

function isKeyPart(part: unknown): part is string | number {
  return typeof part === 'string' || typeof part === 'number';
}
