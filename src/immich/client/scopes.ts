import type { ImmichApiKey } from './users.ts';

/** A permission of an API key, and what does not work without it. */
export interface Scope {
  readonly permission: string;
  readonly without: string;
}

/** What finding and looking at a user's photos needs. */
export const READING_SCOPES: readonly Scope[] = [
  {
    permission: 'user.read',
    without: 'nobody knows whose key it is, so nothing is done for its user',
  },
  { permission: 'asset.read', without: "the user's new, changed and deleted photos are not found" },
  { permission: 'asset.view', without: 'no photo can be fetched, so none is looked at' },
];

/** Whether the key may do what needs the permission. */
export function mayDo({ permissions }: ImmichApiKey, permission: string): boolean {
  return permissions.includes('all') || permissions.includes(permission);
}

/** Those of `needed` that the key does not have. */
export function missingScopes(key: ImmichApiKey, needed: readonly Scope[]): Scope[] {
  return needed.filter(({ permission }) => !mayDo(key, permission));
}
