import type { OwnerContext } from './owner-context.ts';
import { forPhotosInTurn } from './photos-in-turn.ts';

/**
 * Writes photos of which a face of Immich's own is missing, `most` each time and all in turn: after a
 * reset its detection finds faces anew over hours, and tells nobody.
 */
export async function writeMissing(
  context: OwnerContext,
  given: {
    readonly most: number;
    readonly writePhoto: (assetId: string) => Promise<unknown>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { most, signal, writePhoto } = given;
  await forPhotosInTurn(
    context,
    {
      ...{ turn: 'missing faces', most, signal },
      pick: (links) => links.filter(({ details }) => details.state === 'missing'),
    },
    writePhoto,
  );
}
