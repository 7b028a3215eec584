import type { Collection } from './album-rules.ts';
import type { MemberLink } from './links.ts';

/** One change to a photo's place in a tag or an album. */
export type MemberStep =
  | { readonly kind: 'add'; readonly collection: Collection }
  | { readonly kind: 'remove' | 'note' | 'decline' | 'forget'; readonly link: MemberLink };

/**
 * What brings a photo into the collections that it belongs into, and out of those that the worker
 * put it into and no longer believes in. What a user put somewhere stays, and what a user took out
 * stays out.
 */
export function planMembers(
  desired: readonly Collection[],
  recorded: readonly MemberLink[],
  isMember: (key: string) => boolean,
): MemberStep[] {
  const recordOf = new Map(recorded.map((link) => [link.group, link]));
  const wanted = new Set(desired.map(({ key }) => key));
  return [
    ...desired.flatMap((collection) =>
      planWanted(collection, recordOf.get(collection.key), isMember(collection.key)),
    ),
    ...recorded
      .filter(({ group }) => !wanted.has(group))
      .flatMap((link) => planUnwanted(link, isMember(link.group))),
  ];
}

function planWanted(
  collection: Collection,
  link: MemberLink | undefined,
  isMember: boolean,
): MemberStep[] {
  if (link === undefined) return isMember ? [] : [{ kind: 'add', collection }];
  switch (link.details.state) {
    case 'adding':
      return [isMember ? { kind: 'note', link } : { kind: 'add', collection }];
    case 'added':
      return isMember ? [] : [{ kind: 'decline', link }];
    case 'declined':
      // Put back by the user, it is the user's.
      return isMember ? [{ kind: 'forget', link }] : [];
  }
}

function planUnwanted(link: MemberLink, isMember: boolean): MemberStep[] {
  if (link.details.state === 'declined') return [];
  return [{ kind: isMember ? 'remove' : 'forget', link }];
}
