import type { ImmichFace } from '../client/faces.ts';
import type { ImmichPerson } from '../client/people.ts';
import { handOver, type HandOver } from './hand-over.ts';
import { isMovedByUser } from './judge-changes.ts';
import type { FaceLink, PersonLink } from './links.ts';
import type { OurFace, OurPhoto } from './our-side.ts';
import { pairByOverlap, placeOf, placeOfImmich, type Place } from './overlap.ts';

/** Everything that decides what is written for one photo; all as of now. */
export interface PhotoSituation {
  /** Null: the photo is not ours any more, and what was written for it goes. */
  readonly photo: OurPhoto | null;
  readonly immichFaces: readonly ImmichFace[];
  /** Of this photo. */
  readonly faceLinks: readonly FaceLink[];
  /** Of the people on it, by our id; and whose each of Immich's people on it is. */
  readonly personLinks: ReadonlyMap<string, PersonLink>;
  readonly ourPersonOf: ReadonlyMap<string, string>;
  /** Whether our person is to be in Immich. */
  readonly isWritten: (personId: string) => boolean;
  /** Our person's name, null without one. */
  readonly nameOf: (personId: string) => string | null;
}

/** One change, in Immich or only of what the store remembers; each is safe to do again. */
export type Step =
  /** Immich's face is our person's already. */
  | {
      readonly kind: 'note';
      readonly face: OurFace;
      readonly personId: string;
      readonly immichFace: ImmichFace;
      readonly origin: 'created' | 'assigned' | 'found';
    }
  /** Immich's person of the face is taken to be ours. */
  | {
      readonly kind: 'adopt';
      readonly face: OurFace;
      readonly personId: string;
      readonly immichFace: ImmichFace;
      readonly immichPerson: ImmichPerson;
    }
  | {
      readonly kind: 'assign';
      readonly face: OurFace;
      readonly personId: string;
      readonly immichFace: ImmichFace;
      readonly origin: 'created' | 'assigned';
    }
  | { readonly kind: 'create'; readonly face: OurFace; readonly personId: string }
  /** A face that we made goes; one that we assigned becomes nobody's again. */
  | { readonly kind: 'delete' | 'unassign'; readonly link: FaceLink }
  /** A user has taken the face away in Immich. */
  | { readonly kind: 'decline'; readonly link: FaceLink }
  /** Immich's own face is gone, and it may find it anew. */
  | { readonly kind: 'miss'; readonly link: FaceLink }
  | { readonly kind: 'forget'; readonly link: FaceLink }
  | HandOver;

/**
 * What is to be done so that Immich shows our people on a photo, without touching what a user
 * decided there. Empty when all is as it should be.
 */
export function planPhoto(given: PhotoSituation): Step[] {
  const handed = handOver(given);
  const situation = { ...given, faceLinks: afterHandOver(given.faceLinks, handed) };
  const ours = situation.photo?.faces ?? [];
  const linkOf = new Map(situation.faceLinks.map((link) => [link.id, link]));
  const pairs = pairFaces(situation, linkOf);
  const adopted = new Set<string>();
  const steps = ours.flatMap((face) =>
    planFace({ face, link: linkOf.get(face.faceId), immichFace: pairs.get(face) }, situation),
  );
  const known = new Set(ours.map(({ faceId }) => faceId));
  const lost = situation.faceLinks.filter(({ id }) => !known.has(id));
  const held = new Set([...pairs.values()].map(({ id }) => id));
  return [
    ...handed,
    ...lost.flatMap((link): Step[] =>
      // A hand-over that was not ended: the face is another's of ours already.
      held.has(link.immichId ?? '')
        ? [{ kind: 'forget', link }]
        : planWithout(link, situation.immichFaces),
    ),
    ...steps.filter((step) => step.kind !== 'adopt' || isFirst(step, adopted)),
  ];
}

function afterHandOver(
  faceLinks: readonly FaceLink[],
  handed: readonly HandOver[],
): readonly FaceLink[] {
  const handedTo = new Map(handed.map(({ from, to }) => [from.id, to]));
  return faceLinks.map((link) => handedTo.get(link.id) ?? link);
}

/** One of Immich's people is adopted for one of ours on a photo. */
function isFirst(step: Extract<Step, { kind: 'adopt' }>, adopted: Set<string>): boolean {
  const names = [step.personId, step.immichPerson.id];
  if (names.some((name) => adopted.has(name))) return false;
  for (const name of names) adopted.add(name);
  return true;
}

/** Which of Immich's faces is which of ours: by what the store remembers, else by overlap. */
function pairFaces(
  { photo, immichFaces, faceLinks }: PhotoSituation,
  linkOf: ReadonlyMap<string, FaceLink>,
): Map<OurFace, ImmichFace> {
  if (photo === null) return new Map();
  const pairs = new Map<OurFace, ImmichFace>();
  for (const face of photo.faces) {
    const linked = linkOf.get(face.faceId)?.immichId ?? null;
    const found = immichFaces.find(({ id }) => id === linked);
    if (found !== undefined) pairs.set(face, found);
  }
  const linkedIds = new Set(faceLinks.map(({ immichId }) => immichId));
  const free = immichFaces.flatMap((item) => {
    const place = placeOfImmich(item);
    return place === null || linkedIds.has(item.id) ? [] : [{ item, place }];
  });
  const unpaired = photo.faces
    .filter((face) => !pairs.has(face))
    .map((item): { item: OurFace; place: Place } => ({
      item,
      place: placeOf(item.box, photo.image),
    }));
  for (const [face, found] of pairByOverlap(unpaired, free)) pairs.set(face, found);
  return pairs;
}

interface FaceSituation {
  readonly face: OurFace;
  readonly link: FaceLink | undefined;
  readonly immichFace: ImmichFace | undefined;
}

function planFace(given: FaceSituation, situation: PhotoSituation): Step[] {
  const { face, link, immichFace } = given;
  if (link?.details.state === 'declined') return [];
  const { personId } = face;
  if (personId === null || !situation.isWritten(personId)) {
    return link === undefined ? [] : planWithout(link, situation.immichFaces, immichFace);
  }
  if (immichFace === undefined) return planUnpaired(link, { kind: 'create', face, personId });
  return planPaired({ face, link, immichFace, personId }, situation);
}

/** Immich has no such face, or has it no more. */
function planUnpaired(link: FaceLink | undefined, create: Step): Step[] {
  if (link?.details.state === 'missing') return [];
  // A link that is still 'creating' is a crash before the face was made.
  if (link?.details.state !== 'linked' || link.details.unseen === true) return [create];
  // What was made over the API goes by a user's hand alone; Immich's own also by its reset.
  return [{ kind: link.details.origin === 'created' ? 'decline' : 'miss', link }];
}

function planPaired(
  given: FaceSituation & { readonly immichFace: ImmichFace; readonly personId: string },
  situation: PhotoSituation,
): Step[] {
  const { face, link, immichFace, personId } = given;
  const wanted = wantedPerson(personId, situation);
  const current = currentPerson(link, immichFace);
  const origin = originOf(link, immichFace);
  if (current !== null && current.id === wanted) {
    return isNoted(link, given) ? [] : [{ kind: 'note', face, personId, immichFace, origin }];
  }
  const assign = assignment(given, origin);
  if (current === null) return [assign];
  if (link?.details.state === 'linked' && link.immichId === immichFace.id) {
    const isWhereItWas = current.id === link.immichPersonId;
    if (isWhereItWas && link.details.origin !== 'found') return [assign];
    // Given to another person in Immich, of which the next look there tells us.
    if (!isWhereItWas && isTouched(immichFace, current, situation)) return [];
  }
  return planTaken(given, { current, wanted, assign }, situation);
}

function wantedPerson(personId: string, { personLinks }: PhotoSituation): string | null {
  return personLinks.get(personId)?.immichId ?? null;
}

function assignment(
  given: FaceSituation & { readonly immichFace: ImmichFace; readonly personId: string },
  origin: 'created' | 'assigned' | 'found',
): Step {
  const { face, personId, immichFace } = given;
  const written = origin === 'created' ? 'created' : 'assigned';
  return { kind: 'assign', face, personId, immichFace, origin: written };
}

/** Nobody also where it was on its way to be nobody's when we thought better of it. */
function currentPerson(link: FaceLink | undefined, { person }: ImmichFace): ImmichPerson | null {
  return person === null || person.id === link?.details.leaving ? null : person;
}

function isTouched(
  face: ImmichFace,
  current: ImmichPerson,
  { ourPersonOf }: PhotoSituation,
): boolean {
  return isMovedByUser(face, current, (id) => ourPersonOf.has(id));
}

/** The face is already somebody's in Immich, by its recognition or by a user. */
function planTaken(
  given: FaceSituation & { readonly immichFace: ImmichFace; readonly personId: string },
  { current, wanted, assign }: { current: ImmichPerson; wanted: string | null; assign: Step },
  situation: PhotoSituation,
): Step[] {
  const { face, personId, immichFace } = given;
  const isOurs = situation.ourPersonOf.has(current.id);
  if (face.byUser && (wanted !== null || isOurs)) return [assign];
  if (wanted === null && !isOurs) {
    const name = situation.nameOf(personId);
    // Two names that users gave are two people, whatever the recognition thinks.
    if (name !== null && current.name !== '' && name !== current.name) return [];
    return [{ kind: 'adopt', face, personId, immichFace, immichPerson: current }];
  }
  // A fragment that nobody has touched joins our person; what a user named stays as it is.
  return wanted !== null && !isOurs && isUntouched(current) ? [assign] : [];
}

export function isUntouched({ name, isHidden, isFavorite, birthDate }: ImmichPerson): boolean {
  return name === '' && !isHidden && !isFavorite && (birthDate ?? null) === null;
}

function originOf(
  link: FaceLink | undefined,
  immichFace: ImmichFace,
): 'created' | 'assigned' | 'found' {
  if (link === undefined) return 'found';
  const { origin, state } = link.details;
  if (link.immichId === immichFace.id) return origin;
  // What was to be created when the worker ended: whether it was, its source tells.
  return state === 'creating' && immichFace.sourceType === 'manual' ? 'created' : 'found';
}

function isNoted(
  link: FaceLink | undefined,
  { immichFace, personId }: { immichFace: ImmichFace; personId: string },
): boolean {
  return (
    link?.details.state === 'linked' &&
    link.details.unseen !== true &&
    link.immichId === immichFace.id &&
    link.immichPersonId === immichFace.person?.id &&
    link.details.personId === personId
  );
}

/** Takes back what we did to a face that is nobody's for us, unless a user has touched it. */
function planWithout(
  link: FaceLink,
  immichFaces: readonly ImmichFace[],
  paired?: ImmichFace,
): Step[] {
  const { state } = link.details;
  if (state === 'declined') return [];
  const byId = immichFaces.find(({ id }) => id === link.immichId);
  const found = byId ?? (state === 'creating' ? paired : undefined);
  if (found === undefined || !isAsWritten(link, found) || link.details.origin === 'found')
    return [{ kind: 'forget', link }];
  const immichId = found.id;
  const kind = link.details.origin === 'created' ? 'delete' : 'unassign';
  return [{ kind, link: { ...link, immichId } }];
}

function isAsWritten({ immichPersonId, details }: FaceLink, found: ImmichFace): boolean {
  const current = found.person?.id ?? null;
  if (current === immichPersonId) return true;
  const { leaving } = details;
  return leaving !== undefined && (current === null || current === leaving);
}
