import type { Collection, Db } from 'mongodb';
import type { ImmichStore, KnownAsset } from '../../immich/source/ports.ts';
import { latestLeaseEnd } from '../lease-end.ts';
import { isDuplicateKey } from './mongo-error.ts';

interface MarkDocument {
  readonly ownerId: string;
  readonly name: string;
  readonly value: string;
}

interface AssetDocument extends KnownAsset {
  readonly ownerId: string;
}

interface LeaseDocument {
  readonly _id: string;
  readonly holder: string;
  readonly untilMillis: number;
}

/** The collections of what the source of Immich's photos keeps. */
export interface ImmichCollections {
  readonly marks: Collection<MarkDocument>;
  readonly assets: Collection<AssetDocument>;
  readonly leases: Collection<LeaseDocument>;
}

type Run = <Result>(work: () => Promise<Result>) => Promise<Result>;

const ASSET = { _id: 0, ownerId: 0 } as const;

/** Finds the collections and makes missing indexes. */
export async function openImmichCollections(database: Db): Promise<ImmichCollections> {
  const marks = database.collection<MarkDocument>('immich-marks');
  const assets = database.collection<AssetDocument>('immich-assets');
  await marks.createIndexes([{ name: 'mark', key: { ownerId: 1, name: 1 }, unique: true }]);
  await assets.createIndexes([
    { name: 'asset', key: { ownerId: 1, assetId: 1 }, unique: true },
    { name: 'pass', key: { ownerId: 1, seenPass: 1, assetId: 1 } },
  ]);
  return { marks, assets, leases: database.collection<LeaseDocument>('immich-leases') };
}

/** What the source keeps, beside the photos; `run` is the store's own. */
export function createMongoImmichStore(
  { marks, assets, leases }: ImmichCollections,
  run: Run,
): ImmichStore {
  return {
    readMark: (ownerId, name) =>
      run(async () => (await marks.findOne({ ownerId, name }))?.value ?? null),
    writeMark: (ownerId, name, value) =>
      run(async () => {
        await marks.updateOne({ ownerId, name }, { $set: { value } }, { upsert: true });
      }),
    findAssets: (ownerId, assetIds) =>
      run(() =>
        assets
          .find({ ownerId, assetId: { $in: assetIds } })
          .project<KnownAsset>(ASSET)
          .toArray(),
      ),
    writeAssets: (ownerId, written) =>
      run(async () => {
        if (written.length === 0) return;
        await assets.bulkWrite(
          written.map((asset) => ({
            replaceOne: {
              filter: { ownerId, assetId: asset.assetId },
              replacement: { ownerId, ...asset },
              upsert: true,
            },
          })),
          { ordered: false },
        );
      }),
    markSeen: (ownerId, assetIds, pass) =>
      run(async () => {
        const filter = { ownerId, assetId: { $in: assetIds } };
        await assets.updateMany(filter, { $set: { seenPass: pass } });
      }),
    findUnseen: (ownerId, pass, { afterAssetId, limit }) =>
      run(() =>
        assets
          .find({ ownerId, seenPass: { $lt: pass }, assetId: { $gt: afterAssetId } })
          .sort({ assetId: 1 })
          .limit(limit)
          .project<KnownAsset>(ASSET)
          .toArray(),
      ),
    deleteAssets: (ownerId, assetIds) =>
      run(async () => {
        await assets.deleteMany({ ownerId, assetId: { $in: assetIds } });
      }),
    takeLease: (name, holder, time) => run(() => takeLease(leases, { name, holder, ...time })),
  };
}

async function takeLease(
  leases: ImmichCollections['leases'],
  wanted: {
    readonly name: string;
    readonly holder: string;
    readonly nowMillis: number;
    readonly untilMillis: number;
  },
): Promise<boolean> {
  const { name, holder, nowMillis, untilMillis } = wanted;
  const ended = { untilMillis: { $lt: nowMillis } };
  const beyondReason = { untilMillis: { $gt: latestLeaseEnd(untilMillis) } };
  const free = { $or: [{ holder }, ended, beyondReason] };
  const lease = { $set: { holder, untilMillis } };
  try {
    await leases.updateOne({ _id: name, ...free }, lease, { upsert: true });
    return true;
  } catch (error) {
    // The document is there, but another's, so that the upsert tried to insert a second one.
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Deletes what the source knows of the owner. */
export async function deleteImmichOwner(
  { marks, assets }: ImmichCollections,
  ownerId: string,
): Promise<void> {
  await assets.deleteMany({ ownerId });
  await marks.deleteMany({ ownerId });
}
