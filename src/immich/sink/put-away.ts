import type { FaceLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';

/**
 * Faces on an asset that no key sees any more: it was deleted, or lies in the locked folder, and
 * Immich does not say which. Those that the worker made or assigned are remembered and left alone, for
 * when the asset comes back.
 */
export async function putAway(
  { links }: Pick<OwnerContext, 'links'>,
  faces: readonly FaceLink[],
): Promise<void> {
  const mine = faces.filter(
    ({ details: { origin, state } }) => origin !== 'found' && state === 'linked',
  );
  const away = faces.filter(({ details }) => details.state === 'away');
  if (mine.length > 0) {
    await links.write(
      ...mine.map((link) => ({ ...link, details: { ...link.details, state: 'away' as const } })),
    );
  }
  await links.remove(...faces.filter((link) => !mine.includes(link) && !away.includes(link)));
}
