import type { TidyOptions } from './tidy-task.ts';
import type { TidyPeople, TidyReport } from './tidy-people.ts';

/** The part of the store that tells which owners have anything new. */
export interface OwnerStore {
  listOwners(): Promise<string[]>;
  headSequence(ownerId: string): Promise<number>;
}

export type TidyOwners = (
  options: TidyOptions & { readonly report?: (done: TidyReport) => void },
) => Promise<TidyReport[]>;

/**
 * Tidies the people of every owner of whom anything was written since the last run here. An owner
 * that fails does not keep the others waiting; the first failure is thrown after them.
 */
export function createOwnersTidier({
  store,
  tidy,
}: {
  store: OwnerStore;
  tidy: TidyPeople;
}): TidyOwners {
  const tidied = new Map<string, number>();
  return async ({ report, ...options }) => {
    const reports: TidyReport[] = [];
    const failures: unknown[] = [];
    for (const ownerId of await store.listOwners()) {
      if ((await store.headSequence(ownerId)) === tidied.get(ownerId)) continue;
      if (options.signal.aborted) break;
      try {
        const done = await tidy(ownerId, options);
        tidied.set(ownerId, done.sequence);
        report?.(done);
        reports.push(done);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return reports;
  };
}
