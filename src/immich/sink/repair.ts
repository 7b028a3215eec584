import { getPerson, listPeople, type ImmichPerson } from '../client/people.ts';
import type { CollectionLink, FaceLink, Link, MemberLink, PersonLink } from './links.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { photosShown } from './shown-photos.ts';

/** What a repair has let go of, so that it is written again. */
export interface Repaired {
  /** Those who are gone, and those who were and are there again. */
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
  const { links } = context;
  const people = await lookForPeople(context);
  const faces = await goneLinks(links.all('face'), isOutOfReach);
  const unseen = await unseenFaces(context, people.there);
  const collections = await goneLinks(links.all('collection'), isGone);
  const members = await goneLinks(links.all('member'), isDeclined);
  if (!dryRun) {
    await links.write(...people.back);
    await links.remove(...people.gone, ...faces, ...collections);
    for (const link of unseen) await noteUnseen(context, link);
    for await (const link of links.all('member')) {
      // Whether the photo is still in, the next look at it tells.
      await links.write({ ...link, details: { state: 'adding' } });
    }
  }
  return {
    people: people.gone.length + people.back.length,
    faces: faces.length + unseen.length,
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

interface PeopleThere {
  readonly gone: readonly PersonLink[];
  /** As they are to be written, who were believed to be gone. */
  readonly back: readonly PersonLink[];
  /** Immich's ids of those who are there. */
  readonly there: ReadonlySet<string>;
}

async function lookForPeople(context: OwnerContext): Promise<PeopleThere> {
  const find = personFinder(context);
  const gone: PersonLink[] = [];
  const back: PersonLink[] = [];
  const there = new Set<string>();
  for await (const link of context.links.all('person')) {
    if (link.immichId === null) continue;
    const theirs = await find(link.immichId);
    if (theirs === null) gone.push(link);
    else there.add(link.immichId);
    if (theirs !== null && link.details.state === 'gone') back.push(comeBack(link, theirs));
  }
  return { gone, back, there };
}

/** The listing leaves people out, so that those missing are asked for. */
function personFinder({ api }: OwnerContext): (immichId: string) => Promise<ImmichPerson | null> {
  // Asked for with the first of ours: who writes tags alone may have no right to.
  let listed: Map<string, ImmichPerson> | null = null;
  return async (immichId) => {
    listed ??= new Map((await listPeople(api)).map((person) => [person.id, person]));
    return listed.get(immichId) ?? (await unlessGone(getPerson(api, immichId)));
  };
}

/** A backup brings people back as they were: a name or hiding that they lack was taken away by nobody. */
function comeBack(link: PersonLink, theirs: ImmichPerson): PersonLink {
  const name = theirs.name === '' ? '' : link.details.name;
  const hidden = theirs.isHidden && link.details.hidden;
  return { ...link, details: { ...link.details, state: 'linked', name, hidden } };
}

/**
 * Faces that were written and that Immich does not show as their person's: by a request for a thousand
 * photos of each, and none where the person itself is not there.
 */
async function unseenFaces(
  context: OwnerContext,
  there: ReadonlySet<string>,
): Promise<readonly FaceLink[]> {
  const { links } = context;
  const unseen = await goneLinks(
    links.all('face'),
    (link) => isWritten(link) && !there.has(link.immichPersonId ?? ''),
  );
  for (const immichPersonId of there) {
    let shown: Set<string> | null = null;
    for await (const link of links.all('face', { immichPersonId })) {
      if (!isWritten(link)) continue;
      shown ??= await photosShown(context, immichPersonId);
      if (!shown.has(link.group)) unseen.push(link);
    }
  }
  return unseen;
}

const isWritten = ({ details }: FaceLink): boolean => details.state === 'linked';

/** Whether the face is there nonetheless, the next look at its photo tells. */
async function noteUnseen(
  { links }: OwnerContext,
  { group, id, immichId }: FaceLink,
): Promise<void> {
  const [now] = await links.find('face', { group, id });
  // A worker that runs beside this may have written it meanwhile.
  if (now === undefined || now.immichId !== immichId || !isWritten(now)) return;
  await links.write({ ...now, details: { ...now.details, unseen: true } });
}
