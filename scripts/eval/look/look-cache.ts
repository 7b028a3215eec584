import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

import type { SeenFace, SeenPhoto } from '../../../src/descriptors/seen-photo.ts';

/** A photo as a line of JSON, which knows no Float32Array. */
interface CachedPhoto extends Omit<SeenPhoto, 'faces'> {
  readonly faces: readonly (Omit<SeenFace, 'descriptor'> & {
    /** Little-endian float32 in base64. */
    readonly descriptor: string | null;
  })[];
}

/** Files kept beside the current one: other engines and detectors, and code that may come back. */
const MOST_FILES = 12;

/** What was seen before, by the SHA-256 of the photo's bytes: one file for each way of looking. */
export class LookCache {
  readonly #file: string;
  readonly #seen: Map<string, SeenPhoto>;

  private constructor(file: string, seen: Map<string, SeenPhoto>) {
    this.#file = file;
    this.#seen = seen;
  }

  /** Opens the file for looks of this name, which tells everything that what is seen depends on. */
  static async open(folder: string, name: string): Promise<LookCache> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `${name}.jsonl`);
    const seen = new Map<string, SeenPhoto>();
    if (await exists(file)) {
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const photo = parse(line);
        if (photo !== null) seen.set(photo.checksum, photo);
      }
    }
    await removeOldest(folder, file);
    return new LookCache(file, seen);
  }

  get(checksum: string): SeenPhoto | undefined {
    return this.#seen.get(checksum);
  }

  async add(photo: SeenPhoto): Promise<void> {
    this.#seen.set(photo.checksum, photo);
    // One write, which the system does not part, so that two evaluations may add at once.
    await appendFile(this.#file, `${serialise(photo)}\n`);
  }
}

function serialise(photo: SeenPhoto): string {
  const cached: CachedPhoto = {
    ...photo,
    faces: photo.faces.map((face) => ({
      ...face,
      descriptor: face.descriptor === null ? null : toBase64(face.descriptor),
    })),
  };
  return JSON.stringify(cached);
}

/** Null for a line that a killed evaluation left unfinished. */
function parse(line: string): SeenPhoto | null {
  try {
    const cached = JSON.parse(line) as CachedPhoto;
    return {
      ...cached,
      faces: cached.faces.map((face) => ({
        ...face,
        descriptor: face.descriptor === null ? null : fromBase64(face.descriptor),
      })),
    };
  } catch {
    return null;
  }
}

function toBase64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

async function removeOldest(folder: string, current: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return { file, changed: (await stat(file).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const others = files.filter(({ file }) => file !== current);
  for (const { file } of others.sort((a, b) => b.changed - a.changed).slice(MOST_FILES)) {
    await rm(file, { force: true });
  }
}
