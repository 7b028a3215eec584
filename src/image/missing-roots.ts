import { readdir } from 'node:fs/promises';

import { messageOf } from '../errors.ts';

/** Which of the folders cannot be read, and why; a photo in one of them will fail. */
export async function missingRoots(
  roots: readonly string[],
): Promise<{ readonly root: string; readonly reason: string }[]> {
  const asked = roots.map(async (root) => {
    const reason = await readdir(root).then(() => null, messageOf);
    return reason === null ? [] : [{ root, reason }];
  });
  return (await Promise.all(asked)).flat();
}
