import { searchAssets } from '../client/search-assets.ts';
import type { OwnerContext } from './owner-context.ts';

/** The assets that Immich shows of one of its people, a request for each thousand. */
export async function photosShown(
  { api }: OwnerContext,
  immichPersonId: string,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const ids = new Set<string>();
  const search = { personIds: [immichPersonId], withDeleted: true, order: 'asc' } as const;
  for (let page: number | null = 1; page !== null;) {
    const found = await searchAssets(api, { ...search, size: 1000, page }, signal);
    for (const { id } of found.assets) ids.add(id);
    page = found.nextPage;
  }
  return ids;
}
