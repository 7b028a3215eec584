import type { ImmichStore } from '../source/ports.ts';

/** Where a look at many things ended, so that the next one goes on there; of one owner. */
export interface Turns {
  read(name: string): Promise<string | null>;
  write(name: string, value: string): Promise<void>;
}

export type TurnStore = Pick<ImmichStore, 'readMark' | 'writeMark'>;

export function turnsOf(store: TurnStore, ownerId: string): Turns {
  return {
    read: (name) => store.readMark(ownerId, `sink ${name}`),
    write: (name, value) => store.writeMark(ownerId, `sink ${name}`, value),
  };
}

/**
 * At most `most` of `all`, ascending by id from after where the last call of that name ended, from the
 * start again after the last one; writes down where these end. All of them when they are no more.
 */
export async function takeTurn<T extends { readonly id: string }>(
  turns: Turns,
  name: string,
  { all, most }: { readonly all: readonly T[]; readonly most: number },
): Promise<T[]> {
  const sorted = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (sorted.length <= most) return sorted;
  const after = (await turns.read(name)) ?? '';
  const next = sorted.findIndex(({ id }) => id > after);
  const start = Math.max(0, next);
  const taken = [...sorted.slice(start), ...sorted.slice(0, start)].slice(0, most);
  await turns.write(name, taken.at(-1)?.id ?? '');
  return taken;
}
