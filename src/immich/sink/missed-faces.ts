import { listFaces, type ImmichFace } from '../client/faces.ts';
import type { FaceLink } from './links.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';

/** Faces on photos that Immich does not show as their person's. */
export interface MissedFaces {
  /** Immich was asked about them in this look. */
  readonly asked: readonly FaceLink[];
  /** Not asked about, of people of whom enough were; and of people who have to wait for another look. */
  readonly unasked: readonly FaceLink[];
  readonly waiting: readonly FaceLink[];
  /** Asked about not long ago, when so many had changed that it looked like a reset. */
  readonly doubted: readonly FaceLink[];
}

export const NO_MISSED_FACES: MissedFaces = { asked: [], unasked: [], waiting: [], doubted: [] };

/** So many photos are enough to tell what became of all of a person. */
export const ENOUGH_PHOTOS = 25;

/** Photos whose faces may be asked for in one look at Immich, one request each. */
export class PhotoBudget {
  readonly #signal: AbortSignal;
  #left: number;

  constructor(most: number, signal: AbortSignal) {
    this.#left = Math.max(most, ENOUGH_PHOTOS);
    this.#signal = signal;
  }

  /** Whether so many may be asked for, or enough of them. */
  isFor(photos: number): boolean {
    return this.#left >= Math.min(photos, ENOUGH_PHOTOS);
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** Null for a photo that is gone. */
  facesOn({ api }: OwnerContext, assetId: string): Promise<ImmichFace[] | null> {
    this.#signal.throwIfAborted();
    this.#left -= 1;
    return unlessGone(listFaces(api, assetId));
  }
}

/** Nothing tells that it changed since; asked again, as long as it is missed. */
const ASK_AGAIN_MILLIS = 86_400_000;

/** Whether Immich was asked about a face not long ago, to no effect. */
export function wasAsked({ details: { missed } }: FaceLink): boolean {
  return missed != null && Date.now() - missed.atMillis < ASK_AGAIN_MILLIS;
}

export function withoutMissed(link: FaceLink): FaceLink {
  return link.details.missed == null
    ? link
    : { ...link, details: { ...link.details, missed: null } };
}

/** Remembers that Immich was asked about faces, unless they were written meanwhile. */
export function noteMissed(
  context: OwnerContext,
  faces: readonly FaceLink[],
  isDoubted: boolean,
): Promise<void> {
  const missed = { atMillis: Date.now(), isDoubted };
  return changeEach(context, faces, (link) => ({ ...link, details: { ...link.details, missed } }));
}

/** They are to be asked about with the next look. */
export function forgetMissed(context: OwnerContext, faces: readonly FaceLink[]): Promise<void> {
  return changeEach(context, faces, withoutMissed);
}

async function changeEach(
  { links, mutex, ownerId }: OwnerContext,
  faces: readonly FaceLink[],
  change: (link: FaceLink) => FaceLink,
): Promise<void> {
  for (const { group, id, immichId, immichPersonId } of faces) {
    await mutex.run(`asset ${ownerId} ${group}`, async () => {
      const [now] = await links.find('face', { group, id });
      const isAsBefore = now?.immichId === immichId && now.immichPersonId === immichPersonId;
      if (isAsBefore && now.details.state === 'linked') await links.write(change(now));
    });
  }
}
