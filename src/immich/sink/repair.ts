import { getPerson, listPeople } from '../client/people.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';

/** What a repair has let go of, so that it is written again. */
export interface Repaired {
  readonly people: number;
  readonly faces: number;
  readonly collections: number;
  readonly members: number;
}

/**
 * Forgets what the worker believes to stand in Immich and does not, also what it was kept from: people,
 * tags and albums that were deleted there, faces and photos that were taken out. Nothing is written;
 * the photos' results, published again, write what is missing.
 */
export async function forgetWhatIsGone(
  context: OwnerContext,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Repaired> {
  const { links, api } = context;
  const counts = { people: 0, faces: 0, collections: 0, members: 0 };
  const listed = new Set((await listPeople(api)).map(({ id }) => id));
  for await (const link of links.all('person')) {
    const { immichId } = link;
    if (immichId === null || listed.has(immichId)) continue;
    if ((await unlessGone(getPerson(api, immichId))) !== null) continue;
    counts.people += 1;
    if (!dryRun) await links.remove(link);
  }
  for await (const link of links.all('face')) {
    if (link.details.state !== 'declined') continue;
    counts.faces += 1;
    if (!dryRun) await links.remove(link);
  }
  for await (const link of links.all('collection')) {
    if (link.details.state !== 'gone') continue;
    counts.collections += 1;
    if (!dryRun) await links.remove(link);
  }
  for await (const link of links.all('member')) {
    if (link.details.state === 'declined') counts.members += 1;
    // Whether the photo is still in, the next look at it tells.
    if (!dryRun) await links.write({ ...link, details: { state: 'adding' } });
  }
  return counts;
}
