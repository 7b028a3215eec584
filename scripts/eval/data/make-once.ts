import { stat } from 'node:fs/promises';

import sharp from 'sharp';

/** Writes a picture in the format of its name, unless it is there. */
export async function makeOnce(file: string, make: () => Promise<Buffer>): Promise<void> {
  if ((await stat(file).catch(() => null)) !== null) return;
  await sharp(await make()).toFile(file);
}
