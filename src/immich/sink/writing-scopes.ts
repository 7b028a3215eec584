import type { Scope } from '../client/scopes.ts';
import { PREVIEW_PERMISSION } from './face-pixels.ts';

/** What writing needs of a user's API key. */
export function writingScopes(kinds: {
  readonly people: boolean;
  readonly tags: boolean;
  readonly albums: boolean;
}): Scope[] {
  return [
    ...(kinds.people ? PEOPLE : []),
    ...(kinds.tags ? TAGS : []),
    ...(kinds.albums ? ALBUMS : []),
  ];
}

const NO_PEOPLE = 'no people are written for the user';
const PEOPLE: readonly Scope[] = [
  { permission: 'face.read', without: NO_PEOPLE },
  { permission: 'face.create', without: NO_PEOPLE },
  { permission: 'face.update', without: NO_PEOPLE },
  { permission: 'face.delete', without: NO_PEOPLE },
  { permission: 'person.read', without: NO_PEOPLE },
  { permission: 'person.create', without: NO_PEOPLE },
  { permission: 'person.update', without: NO_PEOPLE },
  {
    permission: PREVIEW_PERMISSION,
    without: "Immich's own face detection finds faces that the worker has made a second time",
  },
  {
    permission: 'person.delete',
    without: 'people whom the worker made and no longer believes in stay in Immich',
  },
  {
    permission: 'person.merge',
    without: 'two people who are merged here are not merged in Immich; their faces move one by one',
  },
];
const TAGS: readonly Scope[] = [
  { permission: 'tag.create', without: 'no tags are written for the user' },
  { permission: 'tag.asset', without: 'no tags are written for the user' },
  { permission: 'tag.read', without: 'the tag above those of the worker stays when it is empty' },
  { permission: 'tag.delete', without: "tags that nobody's photos carry any more stay in Immich" },
];
const ALBUMS: readonly Scope[] = [
  { permission: 'album.create', without: 'no albums are written for the user' },
  { permission: 'album.read', without: 'no albums are written for the user' },
  { permission: 'albumAsset.create', without: 'no albums are written for the user' },
  {
    permission: 'albumAsset.delete',
    without: 'photos stay in albums that they no longer belong into',
  },
  { permission: 'album.update', without: 'albums keep the names that people had' },
  { permission: 'album.delete', without: 'albums of the worker that are empty stay in Immich' },
];
