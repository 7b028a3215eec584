import type { OwnerContext } from './owner-context.ts';

/** Faces that are passed over in one pass in search of missing ones. */
const MOST_LINKS = 20_000;
const TURN = 'missing faces';
/** Sorts after every id of a face, so that a photo is not met twice. */
const AFTER_ALL_FACES = '\u{10ffff}';

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
  const { turns } = context;
  const after = (await turns.read(TURN)) ?? '';
  const next = await nextPhotos(context, { after, most: given.most });
  for (const assetId of next.photos) {
    given.signal.throwIfAborted();
    await given.writePhoto(assetId);
  }
  if (next.after !== after) await turns.write(TURN, next.after);
}

/** From behind `after`; once the last face was passed, `after` is '' for the next pass. */
async function nextPhotos(
  { links }: OwnerContext,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<{ photos: ReadonlySet<string>; after: string }> {
  const photos = new Set<string>();
  let last = after;
  let seen = 0;
  for await (const { group, details } of links.all(
    'face',
    {},
    { group: after, id: AFTER_ALL_FACES },
  )) {
    if (group !== last && (photos.size >= most || seen >= MOST_LINKS)) {
      return { photos, after: last };
    }
    last = group;
    seen += 1;
    if (details.state === 'missing') photos.add(group);
  }
  return { photos, after: '' };
}
