import type { ImmichFace } from '../client/faces.ts';
import type { ImmichPerson } from '../client/people.ts';
import type { FaceLink } from './links.ts';

/** What became in Immich of a face that stands for ours. */
export type FaceChange =
  | { readonly kind: 'moved'; readonly link: FaceLink; readonly to: ImmichPerson }
  /** A face that was made over the API is only removed by a user. */
  | { readonly kind: 'removed'; readonly link: FaceLink }
  /** Immich's recognition was reset: the face is nobody's, or was found anew. */
  | { readonly kind: 'reset'; readonly link: FaceLink };

/** Compares what was written with what is there; `isOurs` knows Immich's people that stand for ours. */
export function judgeFaces(
  links: readonly FaceLink[],
  there: readonly ImmichFace[],
  isOurs: (immichPersonId: string) => boolean,
): FaceChange[] {
  return links.flatMap((link): FaceChange[] => {
    const face = there.find(({ id }) => id === link.immichId);
    // As a repair knew; the photo's result, published again, writes it.
    if (link.details.unseen === true && (face?.person ?? null) === null) return [];
    if (face === undefined) {
      return [{ kind: link.details.origin === 'created' ? 'removed' : 'reset', link }];
    }
    if (face.person === null || face.person.id === link.details.leaving) {
      return [{ kind: 'reset', link }];
    }
    if (face.person.id === link.immichPersonId) return [];
    return [
      isMovedByUser(face, face.person, isOurs)
        ? { kind: 'moved', link, to: face.person }
        : { kind: 'reset', link },
    ];
  });
}

/**
 * Immich's recognition gives faces to people too, but never those that were made over the API, and
 * after a reset to people that it makes, who have no name.
 */
export function isMovedByUser(
  { sourceType }: ImmichFace,
  to: ImmichPerson,
  isOurs: (immichPersonId: string) => boolean,
): boolean {
  return sourceType === 'manual' || to.name !== '' || isOurs(to.id);
}

/**
 * The person into whom one that is gone was merged, by whose its faces are now: all of them, as far
 * as they are there. Null when they are nobody's: it was deleted.
 */
export function judgePerson(now: readonly (string | null)[]): string | null {
  const there = new Set(now.filter((id) => id !== null));
  const [only] = there;
  return there.size === 1 && only !== undefined ? only : null;
}

/** More changes at once than this are no user's work. */
const MOST_CHANGES = 20;
const MOST_SHARE = 0.1;

/**
 * Whether so many faces have changed that somebody has reset Immich, or brought back a backup. Faces
 * of one person that were moved to another at once are one change, as long as only a user can have
 * moved them.
 */
export function isDoubtful(changes: readonly FaceChange[], faces: number): boolean {
  const together = new Set<string>();
  let resets = 0;
  let single = 0;
  for (const change of changes) {
    const { link } = change;
    if (change.kind === 'reset') resets += 1;
    else if (change.kind === 'moved' && link.details.origin === 'created') {
      together.add(`${String(link.immichPersonId)} ${change.to.id}`);
    } else single += 1;
  }
  const most = Math.max(MOST_CHANGES, MOST_SHARE * faces);
  return single + together.size > most || resets > most;
}
