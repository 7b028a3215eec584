import type { FaceLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';

/** As long as Immich keeps its trash by default: what is away for longer was deleted. */
const LONGEST_AWAY_MILLIS = 30 * 86_400_000;
const PAGE = 500;

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
    const put = { state: 'away', awaySinceMillis: Date.now() } as const;
    await links.write(...mine.map((link) => ({ ...link, details: { ...link.details, ...put } })));
  }
  await links.remove(...faces.filter((link) => !mine.includes(link) && !away.includes(link)));
}

/** Whether a person of Immich's has faces; those that are away for too long are forgotten. */
export async function hasFaces(
  { links }: Pick<OwnerContext, 'links'>,
  immichPersonId: string,
): Promise<boolean> {
  for (;;) {
    const faces = await links.find('face', { immichPersonId }, { after: null, limit: PAGE });
    const deleted = faces.filter(isDeleted);
    await links.remove(...deleted);
    if (deleted.length < faces.length) return true;
    if (faces.length < PAGE) return false;
  }
}

function isDeleted({ details: { state, awaySinceMillis = Date.now() } }: FaceLink): boolean {
  return state === 'away' && Date.now() - awaySinceMillis > LONGEST_AWAY_MILLIS;
}
