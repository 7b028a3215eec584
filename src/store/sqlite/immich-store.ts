import type { ImmichStore, KnownAsset } from '../../immich/source/ports.ts';
import { latestLeaseEnd } from '../lease-end.ts';
import type { SqliteDatabase } from './database.ts';

interface AssetRow {
  readonly asset_id: string;
  readonly picture: string;
  readonly model: string;
  readonly jobs: number;
  readonly seen_pass: number;
  readonly gone: number;
}

type Run = <Result>(work: (database: SqliteDatabase) => Result) => Promise<Result>;

const COLUMNS = 'asset_id, picture, model, jobs, seen_pass, gone';
const IN_LIST = 'asset_id IN (SELECT value FROM json_each(?))';

/** What the source of Immich's photos keeps, in the same file; `run` is the store's own. */
export function createSqliteImmichStore(run: Run): ImmichStore {
  return {
    readMark: (ownerId, name) =>
      run((database) => {
        const sql = 'SELECT value FROM immich_marks WHERE owner_id = ? AND name = ?';
        return database.all<{ value: string }>(sql, ownerId, name)[0]?.value ?? null;
      }),
    writeMark: (ownerId, name, value) =>
      run((database) => {
        database.run(
          `INSERT INTO immich_marks VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET value = excluded.value`,
          ...[ownerId, name, value],
        );
      }),
    findAssets: (ownerId, assetIds) =>
      run((database) => {
        const sql = `SELECT ${COLUMNS} FROM immich_assets WHERE owner_id = ? AND ${IN_LIST}`;
        return database.all<AssetRow>(sql, ownerId, JSON.stringify(assetIds)).map(assetFromRow);
      }),
    writeAssets: (ownerId, assets) =>
      run((database) => {
        database.transaction(() => {
          for (const asset of assets) writeAsset(database, ownerId, asset);
        });
      }),
    markSeen: (ownerId, assetIds, pass) =>
      run((database) => {
        const sql = `UPDATE immich_assets SET seen_pass = ? WHERE owner_id = ? AND ${IN_LIST}`;
        database.run(sql, pass, ownerId, JSON.stringify(assetIds));
      }),
    findUnseen: (ownerId, pass, { afterAssetId, limit }) =>
      run((database) =>
        database
          .all<AssetRow>(
            `SELECT ${COLUMNS} FROM immich_assets
             WHERE owner_id = ? AND seen_pass < ? AND asset_id > ? ORDER BY asset_id LIMIT ?`,
            ...[ownerId, pass, afterAssetId, limit],
          )
          .map(assetFromRow),
      ),
    deleteAssets: (ownerId, assetIds) =>
      run((database) => {
        const sql = `DELETE FROM immich_assets WHERE owner_id = ? AND ${IN_LIST}`;
        database.run(sql, ownerId, JSON.stringify(assetIds));
      }),
    takeLease: (name, holder, { nowMillis, untilMillis }) =>
      run((database) => {
        const taken = database.all(
          `INSERT INTO immich_leases VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET holder = excluded.holder, until_millis = excluded.until_millis
             WHERE holder = excluded.holder OR until_millis < ? OR until_millis > ?
           RETURNING holder`,
          ...[name, holder, untilMillis, nowMillis, latestLeaseEnd(untilMillis)],
        );
        return taken.length > 0;
      }),
  };
}

/** Deletes what the source knows of the owner; inside a transaction. */
export function deleteImmichOwner(database: SqliteDatabase, ownerId: string): void {
  database.run('DELETE FROM immich_assets WHERE owner_id = ?', ownerId);
  database.run('DELETE FROM immich_marks WHERE owner_id = ?', ownerId);
}

function writeAsset(database: SqliteDatabase, ownerId: string, asset: KnownAsset): void {
  const { assetId, picture, model, jobs, seenPass, gone } = asset;
  database.run(
    `INSERT OR REPLACE INTO immich_assets (owner_id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[ownerId, assetId, picture, model, jobs, seenPass, Number(gone)],
  );
}

function assetFromRow(row: AssetRow): KnownAsset {
  return {
    assetId: row.asset_id,
    picture: row.picture,
    model: row.model,
    jobs: row.jobs,
    seenPass: row.seen_pass,
    gone: row.gone === 1,
  };
}
