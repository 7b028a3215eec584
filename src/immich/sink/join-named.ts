import { listFaces } from '../client/faces.ts';
import type { ImmichPerson } from '../client/people.ts';
import { searchAssets } from '../client/search-assets.ts';
import { joinPerson } from './merge-people.ts';
import type { OurPhoto } from './our-side.ts';
import { pairByOverlap, placeOf, placeOfImmich } from './overlap.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { takeTurn } from './turns.ts';

/** People of Immich's that are looked at in one pass, and photos of each. */
const MOST_PEOPLE = 10;
const MOST_PHOTOS = 100;
/** Photos of which the faces are compared: one request each. */
const SAMPLE = 12;
/** So many faces are somebody, as in Immich's own recognition. */
const ENOUGH_FACES = 3;

/**
 * Finds people that a user has named in Immich who have the faces of one of ours, who stands there
 * as somebody without a name: what the worker made gives way to them, and their name is taken over.
 */
export async function joinNamed(
  context: OwnerContext,
  given: {
    readonly listed: Iterable<ImmichPerson>;
    readonly writePhoto: (assetId: string) => Promise<unknown>;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const strangers: ImmichPerson[] = [];
  for (const person of given.listed) {
    if (person.name === '' || person.isHidden) continue;
    const known = await context.links.find('person', { immichId: person.id });
    if (known.length === 0) strangers.push(person);
  }
  let joined = 0;
  const next = { all: strangers, most: MOST_PEOPLE };
  for (const theirs of await takeTurn(context.turns, 'named people', next)) {
    given.signal.throwIfAborted();
    const photos = await photosOf(context, theirs.id);
    const personId = await whoIs(context, theirs, photos);
    if (personId === null || !(await joinPerson(context, personId, theirs))) continue;
    joined += 1;
    for (const { assetId } of photos) await given.writePhoto(assetId);
  }
  return joined;
}

interface Photo {
  readonly assetId: string;
  readonly photo: OurPhoto;
}

/** Photos of Immich's person that we have looked at. */
async function photosOf({ api, ours, ownerId }: OwnerContext, theirId: string): Promise<Photo[]> {
  const search = { personIds: [theirId], order: 'desc', size: MOST_PHOTOS, page: 1 } as const;
  const { assets } = await searchAssets(api, search);
  const photos: Photo[] = [];
  for (const { id: assetId } of assets) {
    const photo = await ours.photoOf(ownerId, assetId);
    if (photo !== null) photos.push({ assetId, photo });
  }
  return photos;
}

/**
 * Ours who has the person's faces: enough of them, clearly more than anybody else of ours has. Null
 * when nobody does, or when it is somebody to whom a user gave another name.
 */
async function whoIs(
  context: OwnerContext,
  theirs: ImmichPerson,
  photos: readonly Photo[],
): Promise<string | null> {
  const { ours, ownerId } = context;
  const people = await ours.peopleOf(ownerId);
  const mayBe = (personId: string | null): boolean => {
    if (personId === null) return false;
    const { name, hidden, deleted } = people.stateOf(personId);
    return !deleted && !hidden && (name === null || name === theirs.name);
  };
  const worthwhile = photos.filter(({ photo }) =>
    photo.faces.some(({ personId }) => mayBe(personId)),
  );
  const counts = new Map<string, number>();
  for (const photo of worthwhile.slice(0, SAMPLE)) {
    for (const personId of await whoHas(context, theirs.id, photo)) {
      counts.set(personId, (counts.get(personId) ?? 0) + 1);
    }
  }
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  if (first === undefined || !mayBe(first[0]) || 2 * (second?.[1] ?? 0) > first[1]) return null;
  const [personId, count] = first;
  const all = await ours.assetsOf(ownerId, personId);
  return count >= Math.min(ENOUGH_FACES, Math.ceil(all.length / 2)) ? personId : null;
}

/** Our people of the faces on a photo that are the given person's in Immich. */
async function whoHas(
  { api }: OwnerContext,
  theirId: string,
  { assetId, photo }: Photo,
): Promise<string[]> {
  const there = (await unlessGone(listFaces(api, assetId))) ?? [];
  const theirFaces = there.flatMap((item) => {
    const place = placeOfImmich(item);
    return place === null ? [] : [{ item, place }];
  });
  const ourFaces = photo.faces.map((item) => ({ item, place: placeOf(item.box, photo.image) }));
  return [...pairByOverlap(ourFaces, theirFaces)].flatMap(([face, { person }]) =>
    person?.id === theirId && face.personId !== null ? [face.personId] : [],
  );
}
