import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { FastifyInstance } from 'fastify';

/** Takes in images as request bodies, up to a size. */
export function acceptImages(app: FastifyInstance, maxBytes: number): void {
  app.addContentTypeParser(
    /^image\//,
    { parseAs: 'buffer', bodyLimit: maxBytes },
    (_request, body, done) => {
      done(null, body);
    },
  );
}

/** Keeps an uploaded photo under its checksum, so that an owner's same bytes are kept once. */
export async function keepUpload(
  folder: string,
  bytes: Uint8Array,
): Promise<{ path: string; checksum: string }> {
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const target = path.join(folder, checksum);
  const unfinished = `${target}.${randomUUID()}.part`;
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(unfinished, bytes, { flag: 'wx' });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return { path: target, checksum };
}

/** Removes an uploaded photo that cannot be used. */
export async function discardUpload(uploadPath: string): Promise<void> {
  await rm(uploadPath, { force: true });
}
