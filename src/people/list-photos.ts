import { WorkerError } from '../errors.ts';
import type { Directory } from './directory.ts';
import type { ListedFace, ListedPhoto } from './listed-photo.ts';
import { compareKeys, pageOf, type Page, type PageWish, type SortKey } from './page.ts';
import { summariseFace, summarisePhoto, type FaceSummary, type PhotoSummary } from './summaries.ts';

/** A person's faces, the newest first. Throws PERSON_UNKNOWN. */
export function listFaces(
  directory: Directory,
  personId: string,
  wish: PageWish,
): Page<FaceSummary> {
  const person = knownPerson(directory, personId);
  const faces = directory.remember(`faces of ${person}`, directory.changedAt(person), () =>
    [...(directory.persons.get(person) ?? [])].sort((a, b) => compareKeys(faceKey(a), faceKey(b))),
  );
  const page = pageOf(faces, faceKey, wish);
  return { ...page, items: page.items.map((face) => summariseFace(directory, face)) };
}

/** Faces that are nobody's and that no user left out, the newest first. */
export function listFacesOfNobody(directory: Directory, wish: PageWish): Page<FaceSummary> {
  const { people, version } = directory;
  const faces = directory.remember('faces of nobody', version, () =>
    [...directory.faces.values()]
      .filter(({ faceId, personId }) => personId === null && !people.isIgnored(faceId))
      .sort((a, b) => compareKeys(faceKey(a), faceKey(b))),
  );
  const page = pageOf(faces, faceKey, wish);
  return { ...page, items: page.items.map((face) => summariseFace(directory, face)) };
}

/** Photos on which all of these people are, the newest first; without people, all photos. */
export function listPhotos(
  directory: Directory,
  personIds: readonly string[],
  wish: PageWish,
): Page<PhotoSummary> {
  const people = [...new Set(personIds.map((id) => knownPerson(directory, id)))].sort();
  const photos = directory.remember(`photos of ${people.join(' ')}`, directory.version, () =>
    photosTogether(directory, people),
  );
  const page = pageOf(photos, photoKey, wish);
  return { ...page, items: page.items.map((photo) => summarisePhoto(directory, photo)) };
}

/** The person that an id stands for after merges. Throws PERSON_UNKNOWN when it has no faces. */
export function knownPerson(directory: Directory, personId: string): string {
  const person = directory.people.resolve(personId);
  if (directory.persons.has(person)) return person;
  throw new WorkerError('PERSON_UNKNOWN', `there is no person ${JSON.stringify(personId)}`);
}

function photosTogether(directory: Directory, people: readonly string[]): ListedPhoto[] {
  const [first, ...others] = people;
  const photos =
    first === undefined
      ? [...directory.photos.values()]
      : [...new Set([...(directory.persons.get(first) ?? [])].map(({ photo }) => photo))].filter(
          ({ faces }) => others.every((id) => faces.some(({ personId }) => personId === id)),
        );
  return photos.sort((a, b) => compareKeys(photoKey(a), photoKey(b)));
}

function photoKey({ at, assetId }: ListedPhoto): SortKey {
  return [-Date.parse(at), assetId];
}

function faceKey({ photo, faceId }: ListedFace): SortKey {
  return [...photoKey(photo), faceId];
}
