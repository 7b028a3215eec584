import { getPerson, listPeople } from '../client/people.ts';
import type { CollectionLink, FaceLink, Link, MemberLink, PersonLink } from './links.ts';
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
  const people = await goneLinks(context.links.all('person'), goneCheck(context));
  const faces = await goneLinks(context.links.all('face'), isOutOfReach);
  const collections = await goneLinks(context.links.all('collection'), isGone);
  const members = await goneLinks(context.links.all('member'), isDeclined);
  if (!dryRun) {
    await context.links.remove(...people, ...faces, ...collections);
    for await (const link of context.links.all('member')) {
      // Whether the photo is still in, the next look at it tells.
      await context.links.write({ ...link, details: { state: 'adding' } });
    }
  }
  return {
    people: people.length,
    faces: faces.length,
    collections: collections.length,
    members: members.length,
  };
}

async function goneLinks<L extends Link>(
  all: AsyncIterable<L>,
  test: (link: L) => boolean | Promise<boolean>,
): Promise<L[]> {
  const found: L[] = [];
  for await (const link of all) if (await test(link)) found.push(link);
  return found;
}

const isDeclined = (link: FaceLink | MemberLink): boolean => link.details.state === 'declined';
const isOutOfReach = (link: FaceLink): boolean =>
  isDeclined(link) || link.details.state === 'missing' || link.details.state === 'away';
const isGone = (link: CollectionLink): boolean => link.details.state === 'gone';

/** The listing leaves people out, so that those missing are asked for. */
function goneCheck({ api }: OwnerContext): (link: PersonLink) => Promise<boolean> {
  // Asked for with the first of ours: who writes tags alone may have no right to.
  let listed: Set<string> | null = null;
  return async ({ immichId }) => {
    if (immichId === null) return false;
    listed ??= new Set((await listPeople(api)).map(({ id }) => id));
    return !listed.has(immichId) && (await unlessGone(getPerson(api, immichId))) === null;
  };
}
