import type { FaceLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';

/** Faces that are passed over in one pass in search of photos. */
const MOST_LINKS = 20_000;
/** Sorts after every id of a face, so that a photo is not met twice. */
const AFTER_ALL_FACES = '\u{10ffff}';

interface Turn {
  /** Names where the last pass ended. */
  readonly turn: string;
  /** Photos in one pass. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** Of a photo's faces those that it is worked on for; none: it is passed over. */
  readonly pick: (links: readonly FaceLink[]) => readonly FaceLink[];
}

/** Works on photos with written faces, some each time and all in turn. */
export async function forPhotosInTurn(
  context: OwnerContext,
  given: Turn,
  work: (assetId: string, picked: readonly FaceLink[]) => Promise<unknown>,
): Promise<void> {
  const { turns } = context;
  const after = (await turns.read(given.turn)) ?? '';
  const next = await nextPhotos(context, after, given);
  for (const [assetId, picked] of next.photos) {
    given.signal.throwIfAborted();
    await work(assetId, picked);
  }
  if (next.after !== after) await turns.write(given.turn, next.after);
}

/** From behind `after`; once the last photo was passed, `after` is '' for the next pass. */
async function nextPhotos(
  { links }: OwnerContext,
  after: string,
  { most, pick }: Pick<Turn, 'most' | 'pick'>,
): Promise<{ photos: ReadonlyMap<string, readonly FaceLink[]>; after: string }> {
  const photos = new Map<string, readonly FaceLink[]>();
  let together: FaceLink[] = [];
  let seen = 0;
  const take = (): string => {
    const group = together[0]?.group ?? after;
    const picked = pick(together);
    if (picked.length > 0) photos.set(group, picked);
    together = [];
    return group;
  };
  for await (const link of links.all('face', {}, { group: after, id: AFTER_ALL_FACES })) {
    if (together[0] !== undefined && together[0].group !== link.group) {
      const last = take();
      if (photos.size >= most || seen >= MOST_LINKS) return { photos, after: last };
    }
    seen += 1;
    together.push(link);
  }
  take();
  return { photos, after: '' };
}
