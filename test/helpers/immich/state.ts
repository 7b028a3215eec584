import { createHash, randomBytes, randomUUID } from 'node:crypto';

import type { Share } from './detection.ts';
import { ImmichRefusal, noAccess } from './errors.ts';

export interface StandInUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  /** Users who share their library into this user's timeline. */
  readonly partners: Set<string>;
}

export interface StandInKey {
  readonly id: string;
  readonly secret: string;
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
}

export interface StandInAsset {
  readonly id: string;
  readonly ownerId: string;
  type: 'IMAGE' | 'VIDEO';
  visibility: 'timeline' | 'archive' | 'hidden' | 'locked';
  original: Buffer;
  /** Null until thumbnails were generated. */
  preview: Buffer | null;
  editedPreview: Buffer | null;
  checksum: string;
  thumbhash: string | null;
  originalPath: string;
  originalFileName: string;
  isEdited: boolean;
  isOffline: boolean;
  libraryId: string | null;
  deletedAt: Date | null;
  fileCreatedAt: Date;
  createdAt: Date;
  updatedAt: Date;
  width: number;
  height: number;
  /** EXIF orientation of the original, '1' to '8'; null until it was read, or when it says none. */
  orientation: string | null;
  /** Faces that Immich's own detection finds on the preview. */
  detectable: readonly Share[];
}

export interface StandInPerson {
  readonly id: string;
  readonly ownerId: string;
  name: string;
  birthDate: string | null;
  isHidden: boolean;
  isFavorite: boolean;
  color: string | null;
  faceAssetId: string | null;
  thumbnailPath: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface StandInFace {
  readonly id: string;
  readonly assetId: string;
  personId: string | null;
  imageWidth: number;
  imageHeight: number;
  boundingBoxX1: number;
  boundingBoxY1: number;
  boundingBoxX2: number;
  boundingBoxY2: number;
  sourceType: 'machine-learning' | 'exif' | 'manual';
  deletedAt: Date | null;
  /** False outside the crop of an edited photo. */
  isVisible: boolean;
}

export interface StandInTag {
  readonly id: string;
  readonly ownerId: string;
  /** With its parents: `People/Ada`. */
  readonly value: string;
  readonly parentId: string | null;
  readonly assetIds: Set<string>;
}

export interface StandInAlbum {
  readonly id: string;
  readonly ownerId: string;
  albumName: string;
  description: string;
  readonly assetIds: Set<string>;
  /** Users who see it besides its owner. */
  readonly sharedWith?: ReadonlySet<string>;
  readonly hasSharedLink?: boolean;
}

/** Everything that the stand-in knows; tests may change it as a user of Immich would. */
export class StandInState {
  readonly users = new Map<string, StandInUser>();
  readonly keys = new Map<string, StandInKey>();
  readonly assets = new Map<string, StandInAsset>();
  readonly people = new Map<string, StandInPerson>();
  readonly faces = new Map<string, StandInFace>();
  readonly tags = new Map<string, StandInTag>();
  readonly albums = new Map<string, StandInAlbum>();
  /** Ids of the faces that Immich's own recognition has described. */
  readonly embeddings = new Set<string>();
  version = { major: 3, minor: 1, patch: 0 };
  /** Whether Immich's own recognition is switched on. */
  facialRecognition = true;
  /** Whether merging people fails inside Immich, which it answers with 200. */
  mergesFail = false;
  /** Rises with each change of an asset. */
  changes = 0;

  addUser(name: string, { isAdmin = false } = {}): StandInUser {
    const id = randomUUID();
    const email = `${name}@example.org`;
    const user = { id, name, email, isAdmin, partners: new Set<string>() };
    this.users.set(id, user);
    return user;
  }

  /** A new API key; its secret. */
  addKey(
    user: StandInUser,
    permissions: readonly string[] = ['all'],
    secret = randomBytes(24).toString('base64url'),
  ): string {
    const key = { id: randomUUID(), secret, userId: user.id, permissions: new Set(permissions) };
    this.keys.set(secret, key);
    return secret;
  }

  /** A row as after an upload, before any job has run. */
  addAsset(
    owner: StandInUser,
    original: Buffer,
    changes: Partial<StandInAsset> = {},
  ): StandInAsset {
    const id = changes.id ?? randomUUID();
    const now = new Date();
    const file = `/data/upload/${owner.id}/${id.slice(0, 2)}/${id.slice(2, 4)}/${randomUUID()}.jpg`;
    const { libraryId = null, originalPath = file } = changes;
    // In an external library the file is not read for it: it is of the path.
    const summed = libraryId === null ? original : `path:${originalPath}`;
    const asset: StandInAsset = {
      id,
      ownerId: owner.id,
      type: 'IMAGE',
      visibility: 'timeline',
      original,
      preview: null,
      editedPreview: null,
      checksum: createHash('sha1').update(summed).digest('base64'),
      thumbhash: null,
      originalPath,
      originalFileName: 'IMG_1.jpg',
      isEdited: false,
      isOffline: false,
      libraryId,
      deletedAt: null,
      fileCreatedAt: now,
      createdAt: now,
      updatedAt: now,
      width: 0,
      height: 0,
      orientation: null,
      detectable: [],
      ...changes,
    };
    this.assets.set(id, asset);
    this.changes += 1;
    return asset;
  }

  /** An album as its owner would make it, perhaps shared with others. */
  addAlbum(
    owner: StandInUser,
    albumName: string,
    content: {
      readonly assets?: readonly StandInAsset[];
      readonly sharedWith?: readonly StandInUser[];
    } = {},
  ): StandInAlbum {
    const album = {
      ...{ id: randomUUID(), ownerId: owner.id, albumName, description: '' },
      assetIds: new Set((content.assets ?? []).map(({ id }) => id)),
      sharedWith: new Set((content.sharedWith ?? []).map(({ id }) => id)),
    };
    this.albums.set(album.id, album);
    return album;
  }

  /** Changes an asset's row; `updatedAt` rises with any change (facts, 2.3). */
  touch(asset: StandInAsset, changes: Partial<StandInAsset> = {}): void {
    Object.assign(asset, changes, { updatedAt: new Date() });
    this.changes += 1;
  }

  /** Deletes an asset for good, as emptying the trash does. */
  deleteAsset(asset: StandInAsset): void {
    this.assets.delete(asset.id);
    this.changes += 1;
  }

  /** An asset of the user's own; with `partners` also one of a partner's. Else 400. */
  assetOf(
    user: StandInUser,
    id: string,
    { permission = 'asset.read', partners = false } = {},
  ): StandInAsset {
    const asset = this.assets.get(id);
    const mine = asset?.ownerId === user.id;
    const shared = partners && asset !== undefined && user.partners.has(asset.ownerId);
    // Locked ones need a session that has given the PIN; an API key has none (facts, 2.3).
    if (asset === undefined || asset.visibility === 'locked' || !(mine || shared)) {
      throw noAccess(permission);
    }
    return asset;
  }

  /** Whether the server is of the 2.x: albums and the search are other than since 3.0. */
  get isOld(): boolean {
    return this.version.major < 3;
  }

  /**
   * Whether people are merged as a list of which the first that is there stays, and each that is not
   * has a result (mergePersonLegacy, "deprecated v3.2.1", in server/src/controllers/person.controller.ts).
   */
  get mergesLists(): boolean {
    const { major, minor, patch } = this.version;
    return major > 3 || (major === 3 && (minor > 2 || (minor === 2 && patch >= 1)));
  }

  /** Immich's bulk calls check each asset: 'no_permission' for one that is not the user's. */
  mayShare(user: StandInUser, assetId: string): boolean {
    const asset = this.assets.get(assetId);
    return asset?.ownerId === user.id && asset.visibility !== 'locked';
  }

  /** The user of a key that has the permission. 401 and 403 as in facts, section 3. */
  authenticate(secret: string | undefined, permission: string | null): StandInUser {
    const key = secret === undefined ? undefined : this.keys.get(secret);
    const user = key === undefined ? undefined : this.users.get(key.userId);
    if (key === undefined || user === undefined) throw new ImmichRefusal(401, 'Invalid API key');
    if (permission !== null && !key.permissions.has(permission) && !key.permissions.has('all')) {
      throw new ImmichRefusal(403, `Missing required permission: ${permission}`);
    }
    return user;
  }
}
