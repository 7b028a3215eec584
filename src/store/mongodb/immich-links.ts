import type { Collection, Db, Filter } from 'mongodb';
import type { ImmichLinks, Link } from '../../immich/sink/links.ts';

/** The collection of what stands in Immich for ours. */
export type LinkCollection = Collection<Link>;

type Run = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Finds the collection and makes missing indexes. */
export async function openLinkCollection(database: Db): Promise<LinkCollection> {
  const links = database.collection<Link>('immich-links');
  await links.createIndexes([
    { name: 'ours', key: { ownerId: 1, kind: 1, group: 1, id: 1 }, unique: true },
    { name: 'asset', key: { ownerId: 1, kind: 1, id: 1 } },
    { name: 'immich', key: { ownerId: 1, kind: 1, immichId: 1 } },
    { name: 'immich-person', key: { ownerId: 1, kind: 1, immichPersonId: 1 } },
  ]);
  return links;
}

/** What stands in Immich for ours, beside the photos; `run` is the store's own. */
export function createMongoImmichLinks(links: LinkCollection, run: Run): ImmichLinks {
  return {
    find: (ownerId, kind, filter, page) =>
      run(() => {
        const { after = null, limit = 0 } = page ?? {};
        const rest = after === null ? [] : [afterOf(after)];
        const { immichId, ...others } = filter;
        const named = immichId === undefined ? {} : { immichId: { $in: [immichId].flat() } };
        return links
          .find({ $and: [{ ownerId, kind, ...others, ...named }, ...rest] })
          .sort({ group: 1, id: 1 })
          .limit(limit)
          .project<Link>({ _id: 0 })
          .toArray();
      }),
    write: (written) =>
      run(async () => {
        if (written.length === 0) return;
        await links.bulkWrite(
          written.map((link) => ({
            replaceOne: { filter: keyOf(link), replacement: link, upsert: true },
          })),
        );
      }),
    remove: (keys) =>
      run(async () => {
        if (keys.length === 0) return;
        await links.bulkWrite(keys.map((key) => ({ deleteOne: { filter: keyOf(key) } })));
      }),
  };
}

function keyOf({ ownerId, kind, group, id }: Pick<Link, 'ownerId' | 'kind' | 'group' | 'id'>): {
  ownerId: string;
  kind: Link['kind'];
  group: string;
  id: string;
} {
  return { ownerId, kind, group, id };
}

function afterOf({ group, id }: Pick<Link, 'group' | 'id'>): Filter<Link> {
  return { $or: [{ group: { $gt: group } }, { group, id: { $gt: id } }] };
}
