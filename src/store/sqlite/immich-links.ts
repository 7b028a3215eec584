import type { ImmichLinks, Link, LinkKind } from '../../immich/sink/links.ts';
import type { SqliteDatabase, SqlValue } from './database.ts';

interface LinkRow {
  readonly owner_id: string;
  readonly kind: LinkKind;
  readonly link_group: string;
  readonly link_id: string;
  readonly immich_id: string | null;
  readonly immich_person_id: string | null;
  readonly details: string;
}

type Run = <Result>(work: (database: SqliteDatabase) => Result) => Promise<Result>;

const COLUMN_OF = {
  group: 'link_group',
  id: 'link_id',
  immichId: 'immich_id',
  immichPersonId: 'immich_person_id',
} as const;

/** What stands in Immich for ours, in the same file; `run` is the store's own. */
export function createSqliteImmichLinks(run: Run): ImmichLinks {
  return {
    find: (ownerId, kind, filter, page) =>
      run((database) => {
        const asked = Object.entries(filter) as [
          keyof typeof COLUMN_OF,
          string | readonly string[],
        ][];
        const where = asked
          .map(([name, value]) => {
            const places = [value].flat().map(() => '?');
            return ` AND ${COLUMN_OF[name]} IN (${places.join(', ')})`;
          })
          .join('');
        const values: SqlValue[] = [ownerId, kind, ...asked.flatMap(([, value]) => value)];
        const { after = null, limit = -1 } = page ?? {};
        return database
          .all<LinkRow>(
            `SELECT * FROM immich_links WHERE owner_id = ? AND kind = ?${where}
               AND (link_group, link_id) > (?, ?)
             ORDER BY link_group, link_id LIMIT ?`,
            // No id is empty, so that nothing is before this pair.
            ...[...values, after?.group ?? '', after?.id ?? '', limit],
          )
          .map(linkFromRow);
      }),
    write: (links) =>
      run((database) => {
        database.transaction(() => {
          for (const link of links) writeLink(database, link);
        });
      }),
    remove: (keys) =>
      run((database) => {
        database.transaction(() => {
          for (const { ownerId, kind, group, id } of keys) {
            database.run(
              `DELETE FROM immich_links
               WHERE owner_id = ? AND kind = ? AND link_group = ? AND link_id = ?`,
              ...[ownerId, kind, group, id],
            );
          }
        });
      }),
  };
}

/** Deletes the owner's links; inside a transaction. */
export function deleteImmichLinks(database: SqliteDatabase, ownerId: string): void {
  database.run('DELETE FROM immich_links WHERE owner_id = ?', ownerId);
}

function writeLink(database: SqliteDatabase, link: Link): void {
  const { ownerId, kind, group, id, immichId, immichPersonId, details } = link;
  database.run(
    'INSERT OR REPLACE INTO immich_links VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[ownerId, kind, group, id, immichId, immichPersonId, JSON.stringify(details)],
  );
}

function linkFromRow(row: LinkRow): Link {
  return {
    ownerId: row.owner_id,
    kind: row.kind,
    group: row.link_group,
    id: row.link_id,
    immichId: row.immich_id,
    immichPersonId: row.immich_person_id,
    details: JSON.parse(row.details) as Link['details'],
  };
}
