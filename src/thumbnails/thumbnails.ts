import { createHash } from 'node:crypto';

import { isFileAtFault, messageOf, WorkerError } from '../errors.ts';
import type { Box } from '../faces/face.ts';
import type { Log } from '../log.ts';
import { DiskCache } from './disk-cache.ts';

/** The photo that a picture is made of. */
export interface PicturedPhoto {
  readonly ownerId: string;
  readonly assetId: string;
  readonly path: string | null;
  /** Of the photo's bytes; another photo under the same id has other pictures. */
  readonly checksum: string;
  readonly image: { readonly width: number; readonly height: number };
}

/** A photo's file for the time of a cut; `discard` when it was fetched for it. */
export interface OpenedPhoto {
  readonly path: string;
  discard(): Promise<void>;
  /** Fetches another file of the photo, for when this one is gone or cannot be read. */
  readonly fetchInstead?: (signal: AbortSignal) => Promise<OpenedPhoto>;
}

interface CutWish {
  readonly source: string;
  readonly image: PicturedPhoto['image'];
  readonly box: Box | null;
  readonly sizePx: number;
}

export interface ThumbnailPorts {
  readonly folder: string;
  readonly maxBytes: number;
  /** Finds or fetches the photo. Rejects with a `WorkerError` that says why it is not there. */
  readonly open: (photo: PicturedPhoto, signal: AbortSignal) => Promise<OpenedPhoto>;
  /** Cuts in a child process; WebP. */
  readonly cut: (wish: CutWish, signal: AbortSignal) => Promise<Uint8Array>;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

export interface Picture {
  /** WebP. */
  readonly bytes: Uint8Array;
  /** Changes when the picture does; an entity tag without its quotes. */
  readonly tag: string;
}

/** Longer than this nobody looks at an empty frame. */
const MOST_CUT_MILLIS = 60_000;

/** Pictures of photos and faces for pages, cut when first asked for and kept on disk. */
export class Thumbnails {
  readonly #ports: ThumbnailPorts;
  readonly #cache: DiskCache;
  /** Those being cut; who asks for the same meanwhile gets the same. */
  readonly #cutting = new Map<string, Promise<Uint8Array>>();
  /** The last picture could not be kept: the log says so once, not for each. */
  #keepsNothing = false;
  readonly #closed = new AbortController();

  constructor(ports: ThumbnailPorts) {
    this.#ports = ports;
    this.#cache = new DiskCache(ports.folder, ports.maxBytes);
  }

  /** What `picture` would be tagged with, without making it. */
  tagOf(photo: PicturedPhoto, box: Box | null, sizePx: number): string {
    const { checksum, image } = photo;
    return digest([checksum, image, box, sizePx]);
  }

  /**
   * The photo, or the square around one of its faces (`box`), `sizePx` wide. Rejects with a
   * `WorkerError` that says why there is none.
   */
  async picture(photo: PicturedPhoto, box: Box | null, sizePx: number): Promise<Picture> {
    const tag = this.tagOf(photo, box, sizePx);
    const name = `${folderOf(photo)}/${tag}.webp`;
    const kept = await this.#cache.get(name);
    if (kept !== null) return { bytes: kept, tag };
    const cutting = this.#cutting.get(name) ?? this.#cut(photo, { name, box, sizePx });
    this.#cutting.set(name, cutting);
    try {
      return { bytes: await cutting, tag };
    } finally {
      this.#cutting.delete(name);
    }
  }

  /** Lets go of a photo's pictures, for one that is gone. */
  async forgetPhoto(photo: { ownerId: string; assetId: string }): Promise<void> {
    await this.#cache.drop(folderOf(photo));
  }

  close(): Promise<void> {
    this.#closed.abort(new Error('the worker stops'));
    return Promise.resolve();
  }

  async #cut(
    photo: PicturedPhoto,
    { name, box, sizePx }: { name: string; box: Box | null; sizePx: number },
  ): Promise<Uint8Array> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(MOST_CUT_MILLIS)]);
    const opened = await this.#ports.open(photo, signal);
    try {
      const bytes = await this.#cutOf(opened, { image: photo.image, box, sizePx }, signal);
      await this.#keep(name, bytes);
      return bytes;
    } catch (error) {
      if (!(error instanceof WorkerError)) {
        const { assetId } = photo;
        this.#ports.log.error({ assetId, reason: messageOf(error) }, 'a picture was not made');
      }
      throw error;
    }
  }

  /** What is wrong with a mounted original that Immich could read is not wrong with its preview. */
  async #cutOf(
    opened: OpenedPhoto,
    wish: Omit<CutWish, 'source'>,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const cutting = this.#ports.cut({ source: opened.path, ...wish }, signal);
    try {
      return await cutting.finally(() => opened.discard());
    } catch (error) {
      if (opened.fetchInstead === undefined || !isFileAtFault(error)) throw error;
      return this.#cutOf(await opened.fetchInstead(signal), wish, signal);
    }
  }

  /** A picture that cannot be kept, as on a full disk, can still be shown. */
  async #keep(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#cache.set(name, bytes);
      this.#keepsNothing = false;
    } catch (error) {
      if (this.#keepsNothing) return;
      this.#keepsNothing = true;
      const about = { folder: this.#ports.folder, reason: messageOf(error) };
      this.#ports.log.warn(about, 'pictures cannot be kept and are cut again each time');
    }
  }
}

/** Folder of all pictures below DATA_DIR. */
export const THUMBNAILS_FOLDER = 'thumbnails';

/** An owner's pictures lie together, so that forgetting the owner takes them along. */
export function ownerPicturesFolder(ownerId: string): string {
  return digest([ownerId]);
}

function folderOf({ ownerId, assetId }: { ownerId: string; assetId: string }): string {
  return `${ownerPicturesFolder(ownerId)}/${digest([assetId])}`;
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
