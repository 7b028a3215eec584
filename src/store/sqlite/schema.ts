import { WorkerError } from '../../errors.ts';
import type { SqliteDatabase } from './database.ts';

/**
 * Each entry brings the file from the version of its index to the next; never change one that was
 * released, add another. `details` holds as JSON what no query asks for.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE owners (
     owner_id      TEXT PRIMARY KEY,
     head_sequence INTEGER NOT NULL  -- highest ever given, so that none is given twice
   ) WITHOUT ROWID;

   CREATE TABLE photos (
     photo_id    INTEGER PRIMARY KEY,
     owner_id    TEXT NOT NULL REFERENCES owners (owner_id),
     asset_id    TEXT NOT NULL,
     sequence    INTEGER NOT NULL,
     revision    INTEGER NOT NULL,
     decided_at  TEXT NOT NULL,
     unpublished INTEGER NOT NULL,
     details     TEXT NOT NULL,
     UNIQUE (owner_id, asset_id),
     UNIQUE (owner_id, sequence)
   );
   CREATE INDEX photos_unpublished ON photos (decided_at, owner_id, sequence) WHERE unpublished = 1;

   CREATE TABLE faces (
     photo_id   INTEGER NOT NULL REFERENCES photos (photo_id) ON DELETE CASCADE,
     position   INTEGER NOT NULL,  -- its place on the photo, from 0
     face_id    TEXT NOT NULL,
     person_id  TEXT,
     descriptor BLOB,              -- float32, little-endian
     landmarks  BLOB NOT NULL,     -- float64, little-endian
     details    TEXT NOT NULL,
     PRIMARY KEY (photo_id, position)
   );
   -- Lists people without reading descriptors.
   CREATE INDEX faces_person ON faces (photo_id, person_id);`,

  `ALTER TABLE photos ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX faces_of_person ON faces (person_id);
   CREATE INDEX faces_by_id ON faces (face_id);

   -- The journals: what users decided, in one order with the owner's photos.
   CREATE TABLE facts (
     owner_id    TEXT NOT NULL REFERENCES owners (owner_id),
     sequence    INTEGER NOT NULL,
     fact_id     TEXT NOT NULL,
     at          TEXT NOT NULL,
     unpublished INTEGER NOT NULL,
     details     TEXT NOT NULL,
     PRIMARY KEY (owner_id, sequence),
     UNIQUE (owner_id, fact_id)
   ) WITHOUT ROWID;
   CREATE INDEX facts_unpublished ON facts (owner_id, sequence) WHERE unpublished = 1;

   -- How often an owner was forgotten; tells other workers that what they have read is void.
   CREATE TABLE forgotten (times INTEGER NOT NULL);
   INSERT INTO forgotten VALUES (0);`,

  `-- What the source of Immich's photos keeps: cursors, watermarks and what it knows of each asset.
   CREATE TABLE immich_marks (
     owner_id TEXT NOT NULL,  -- empty for what is no user's
     name     TEXT NOT NULL,
     value    TEXT NOT NULL,
     PRIMARY KEY (owner_id, name)
   ) WITHOUT ROWID;
   CREATE TABLE immich_assets (
     owner_id  TEXT NOT NULL,
     asset_id  TEXT NOT NULL,
     picture   TEXT NOT NULL,
     model     TEXT NOT NULL,
     jobs      INTEGER NOT NULL,
     seen_pass INTEGER NOT NULL,
     gone      INTEGER NOT NULL,
     PRIMARY KEY (owner_id, asset_id)
   ) WITHOUT ROWID;
   CREATE INDEX immich_assets_pass ON immich_assets (owner_id, seen_pass, asset_id);
   CREATE TABLE immich_leases (
     name         TEXT PRIMARY KEY,
     holder       TEXT NOT NULL,
     until_millis INTEGER NOT NULL
   ) WITHOUT ROWID;`,

  `-- What stands in Immich for people, faces, tags and albums of ours.
   CREATE TABLE immich_links (
     owner_id         TEXT NOT NULL,
     kind             TEXT NOT NULL,
     link_group       TEXT NOT NULL,
     link_id          TEXT NOT NULL,
     immich_id        TEXT,
     immich_person_id TEXT,
     details          TEXT NOT NULL,
     PRIMARY KEY (owner_id, kind, link_group, link_id)
   ) WITHOUT ROWID;
   CREATE INDEX immich_links_asset ON immich_links (owner_id, kind, link_id);
   CREATE INDEX immich_links_immich ON immich_links (owner_id, kind, immich_id);
   CREATE INDEX immich_links_person ON immich_links (owner_id, kind, immich_person_id);`,

  `-- Finds a photo under whatever asset id it came.
   CREATE INDEX photos_checksum
     ON photos (owner_id, details ->> '$.checksum', details ->> '$.model.pack');`,

  `-- What the publisher of results noted of the Redis they go to.
   CREATE TABLE result_redis (
     prefix TEXT PRIMARY KEY,
     run    TEXT NOT NULL,
     note   TEXT NOT NULL
   ) WITHOUT ROWID;`,

  `-- Tells this store from others.
   CREATE TABLE store_id (id TEXT NOT NULL);
   INSERT INTO store_id VALUES (lower(hex(randomblob(16))));`,
];

/** The version that this program writes and the highest that it reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Throws STORE_NEWER_VERSION when a newer program wrote the file. */
export function readSchemaVersion(database: SqliteDatabase, path: string): number {
  const version = database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version;
  if (version !== undefined && version <= SCHEMA_VERSION) return version;
  throw new WorkerError(
    'STORE_NEWER_VERSION',
    `The store ${path} has schema version ${version ?? 'none'}, but this program knows versions up ` +
      `to ${SCHEMA_VERSION}. Run the newer immich-face-worker that wrote it, or restore a backup ` +
      'from before the upgrade.',
    { details: { path, found: version, known: SCHEMA_VERSION } },
  );
}

/**
 * Brings the file up to SCHEMA_VERSION. The version is written even when it stays: a file that can
 * only be read shows itself here and not at the first photo.
 */
export function migrate(database: SqliteDatabase, path: string): void {
  database.transaction(() => {
    const missing = MIGRATIONS.slice(readSchemaVersion(database, path));
    for (const migration of missing) database.exec(migration);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
