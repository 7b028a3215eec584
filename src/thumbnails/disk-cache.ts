import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Kept {
  readonly bytes: number;
  readonly usedAt: number;
  /** When the file's time of use was last written down. */
  notedAt: number;
}

/** A file's time of use is written down no more often than this. */
const NOTE_EVERY_MILLIS = 3_600_000;
/** After writing this share of the bound the folder is read again, for what other processes wrote. */
const READ_AGAIN_SHARE = 1 / 16;

/**
 * Files in a folder, bounded in bytes: those not used for the longest time go first. Names may hold
 * folders; other processes may use the same folder, which is beyond its bound by a sixteenth for each
 * at most, or empty it.
 */
export class DiskCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** What was used last stands last. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #bytesSinceScan = 0;
  #scanned: Promise<void> | null = null;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The file's content; null when it is not there. */
  async get(name: string): Promise<Buffer | null> {
    await this.#scan();
    try {
      const content = await readFile(path.join(this.#folder, name));
      await this.#use(name, content.length);
      return content;
    } catch {
      this.#forget(name);
      return null;
    }
  }

  /** Keeps a file, and lets go of others until all fit. */
  async set(name: string, content: Uint8Array): Promise<void> {
    await this.#scan();
    if (content.length > this.#maxBytes) return;
    const target = path.join(this.#folder, name);
    const unfinished = `${target}.${randomUUID()}.part`;
    await mkdir(path.dirname(target), { recursive: true });
    try {
      await writeFile(unfinished, content, { flag: 'wx' });
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await this.#use(name, content.length);
    this.#bytesSinceScan += content.length;
    if (this.#bytesSinceScan > this.#maxBytes * READ_AGAIN_SHARE) this.#scanned = null;
    await this.#scan();
    await this.#shrink();
  }

  /** Lets go of all files below a folder. */
  async drop(folder: string): Promise<void> {
    await this.#scan();
    for (const name of this.#kept.keys()) {
      if (name.startsWith(`${folder}/`)) this.#forget(name);
    }
    await rm(path.join(this.#folder, folder), { recursive: true, force: true });
  }

  async #use(name: string, bytes: number): Promise<void> {
    const notedAt = this.#kept.get(name)?.notedAt ?? Date.now();
    this.#forget(name);
    // Finer than a millisecond, as the files' times are: many are used in one.
    const usedAt = performance.timeOrigin + performance.now();
    this.#kept.set(name, { bytes, usedAt, notedAt });
    this.#bytes += bytes;
    if (usedAt < notedAt + NOTE_EVERY_MILLIS) return;
    const now = new Date();
    await utimes(path.join(this.#folder, name), now, now).catch(() => undefined);
    this.#kept.set(name, { bytes, usedAt, notedAt: usedAt });
  }

  #forget(name: string): void {
    this.#bytes -= this.#kept.get(name)?.bytes ?? 0;
    this.#kept.delete(name);
  }

  async #shrink(): Promise<void> {
    for (const name of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(name);
      await rm(path.join(this.#folder, name), { force: true });
    }
  }

  #scan(): Promise<void> {
    this.#scanned ??= this.#readFolder();
    return this.#scanned;
  }

  /** What an earlier run has left and other processes write, the longest unused first. */
  async #readFolder(): Promise<void> {
    this.#bytesSinceScan = 0;
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    const found: { name: string; bytes: number; usedAt: number }[] = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const status = await stat(file).catch(() => null);
      if (status === null) continue;
      const name = path.relative(this.#folder, file).split(path.sep).join('/');
      found.push({ name, bytes: status.size, usedAt: status.mtimeMs });
    }
    const known = new Map(this.#kept);
    this.#kept.clear();
    this.#bytes = 0;
    const kept = found.map(({ name, bytes, usedAt }) => {
      const used = Math.max(usedAt, known.get(name)?.usedAt ?? 0);
      return { name, kept: { bytes, usedAt: used, notedAt: known.get(name)?.notedAt ?? usedAt } };
    });
    for (const one of kept.sort((a, b) => a.kept.usedAt - b.kept.usedAt)) {
      this.#kept.set(one.name, one.kept);
      this.#bytes += one.kept.bytes;
    }
    await this.#shrink();
  }
}
