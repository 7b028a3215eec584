import { createHash, randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { WorkerError } from '../errors.ts';
import type { ImmichAccounts } from './accounts.ts';
import { getAsset, savePreview, type ImmichAsset } from './client/assets.ts';
import type { ImmichApi } from './client/immich-api.ts';

/** A photo file, to be discarded after it was looked at. */
export interface FetchedPhoto {
  readonly path: string;
  /** Immich knew which way is up, and its preview, which does not say so, stands that way. */
  readonly isUpright: boolean;
  /** When it was taken, by the clock of the place, written as if that were UTC; ISO 8601. */
  readonly takenAt: string | undefined;
  discard(): Promise<void>;
  /** Fetches the preview after all; only where the photo is an original read in place. */
  readonly fetchInstead?: (signal: AbortSignal) => Promise<FetchedPhoto>;
}

export interface FetchOptions {
  readonly accounts: ImmichAccounts;
  /** Folder for previews on their way; made when it is missing. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Folders of Immich's container that are mounted here. */
  readonly pathMap: readonly { readonly from: string; readonly to: string }[];
  /** The real path of a photo inside the media roots, or a `WorkerError`. */
  readonly locate: (path: string) => Promise<string>;
}

type FetchPhoto = (
  asset: { readonly assetId: string; readonly ownerId: string },
  signal: AbortSignal,
) => Promise<FetchedPhoto>;

/** Originals that are worth reading; of others (HEIC, RAW, video) Immich has the better preview. */
const READABLE = /\.(jpe?g|jpe|jfif|png|webp|avif|tiff?|gif)$/i;
/** Previews that a killed worker left; younger ones may be another worker's. */
const LEFT_BEHIND_MILLIS = 60 * 60 * 1000;

/**
 * Fetches an asset's photo as its owner: the original from a mount where one is mapped and the photo
 * was not edited, else the preview. Rejects with ASSET_GONE (deleted, in the trash, locked, another
 * user's), PREVIEW_NOT_READY, IMMICH_KEY_MISSING and what `ImmichApi` says.
 */
export async function createPhotoFetcher(options: FetchOptions): Promise<FetchPhoto> {
  await mkdir(options.folder, { recursive: true });
  await removeLeftBehind(options.folder);
  return async ({ assetId, ownerId }, signal) => {
    const { api } = options.accounts.of(ownerId);
    const asset = await getAsset(api, assetId, signal);
    refuseUnwanted(asset, ownerId);
    const takenAt = takenAtOf(asset);
    const mounted = await originalOf(asset, options);
    const preview = (until: AbortSignal): Promise<FetchedPhoto> =>
      previewOf(asset, { api, options, signal: until });
    if (mounted === null) return preview(signal);
    return {
      path: mounted,
      isUpright: false,
      takenAt,
      discard: () => Promise.resolve(),
      fetchInstead: preview,
    };
  };
}

async function previewOf(
  asset: ImmichAsset,
  wanted: {
    readonly api: ImmichApi;
    readonly options: FetchOptions;
    readonly signal: AbortSignal;
  },
): Promise<FetchedPhoto> {
  const { api, options, signal } = wanted;
  const file = path.join(options.folder, previewName(asset.ownerId));
  await fetchPreview({ api, asset, file, maxBytes: options.maxBytes, signal });
  return {
    path: file,
    isUpright: isUpright(asset),
    takenAt: takenAtOf(asset),
    discard: () => rm(file, { force: true }),
  };
}

function refuseUnwanted(asset: ImmichAsset, ownerId: string): void {
  const why = asset.isTrashed
    ? 'it is in the trash'
    : asset.visibility === 'hidden' || asset.visibility === 'locked'
      ? `it is ${asset.visibility}`
      : asset.ownerId === ownerId
        ? null
        : "it is another user's";
  if (why === null) return;
  throw new WorkerError('ASSET_GONE', `asset ${asset.id} is not looked at: ${why}`);
}

/** Null when no folder is mapped, or the file is not to be had there. */
async function originalOf(
  asset: ImmichAsset,
  { pathMap, locate }: FetchOptions,
): Promise<string | null> {
  const { originalPath, isEdited, type } = asset;
  if (isEdited || type !== 'IMAGE' || !READABLE.test(originalPath)) return null;
  for (const { from, to } of pathMap) {
    const below = path.posix.relative(from, originalPath);
    if (below === '' || below.startsWith('..')) continue;
    try {
      const found = await locate(path.posix.join(to, below));
      await access(found, constants.R_OK);
      return found;
    } catch {
      // The preview will do: an upload of a moment ago may still be moved by the storage template,
      // and a library of the user's may be closed to us.
      return null;
    }
  }
  return null;
}

/**
 * Whether a preview is known to stand upright: the original said so, somebody has edited it, or it is
 * of a video. One of a scan lies as the scan does.
 */
function isUpright({ isEdited, type, exifInfo }: ImmichAsset): boolean {
  return isEdited || type === 'VIDEO' || (exifInfo?.orientation ?? null) !== null;
}

/** As Immich has it, where users set dates right; a preview's own file says nothing of it. */
function takenAtOf({ localDateTime, fileCreatedAt }: ImmichAsset): string | undefined {
  const said = localDateTime ?? fileCreatedAt ?? '';
  const date = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(said) ? said : `${said}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

async function fetchPreview(wanted: {
  readonly api: ImmichApi;
  readonly asset: ImmichAsset;
  readonly file: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { api, asset, file, maxBytes, signal } = wanted;
  try {
    await savePreview(api, asset, { path: file, maxBytes }, signal);
  } catch (error) {
    const isMissing = error instanceof WorkerError && error.code === 'ASSET_GONE';
    if (!isMissing || error.details['status'] !== 404) throw error;
    throw new WorkerError(
      'PREVIEW_NOT_READY',
      `Immich has no preview of asset ${asset.id} yet; it is asked again. When that goes on, run ` +
        "'Generate thumbnails: missing' in Immich's job page",
    );
  }
}

/** Where previews lie while they are looked at. */
export function fetchedFolder(dataDir: string): string {
  return path.join(dataDir, 'fetched');
}

/** Removes an owner's previews that killed workers left; answers how many. */
export async function removeFetched(folder: string, ownerId: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(ownerPrefix(ownerId)));
  for (const name of left) await rm(path.join(folder, name), { force: true });
  return left.length;
}

/** A name of its own that tells whose it is. */
export function previewName(ownerId: string): string {
  return `${ownerPrefix(ownerId)}${randomUUID()}`;
}

function ownerPrefix(ownerId: string): string {
  return `${createHash('sha256').update(ownerId).digest('hex').slice(0, 32)}.`;
}

async function removeLeftBehind(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_BEHIND_MILLIS) {
      await rm(file, { force: true });
    }
  }
}
