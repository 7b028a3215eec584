import path from 'node:path';

import { MongoClient } from 'mongodb';

import type { PhotoRecord } from '../../src/identities/photo-record.ts';
import { createLog } from '../../src/log.ts';
import { toStoredPhoto } from '../../src/store/mongodb/documents.ts';
import { openStore } from '../../src/store/open-store.ts';
import { openSqliteDatabase } from '../../src/store/sqlite/open-sqlite-store.ts';
import { writePhoto } from '../../src/store/sqlite/photos.ts';

/** Where a store is. */
export interface StorePlace {
  readonly dataDir: string;
  readonly mongodbUri: string | undefined;
}

const BULK = 2000;

/**
 * Writes photos in bulk, past the commit protocol, which would take hours for a million: the rows and
 * documents are those that commits write, with their results published.
 */
export async function fillStore(
  place: StorePlace,
  photos: Iterable<PhotoRecord>,
  signal: AbortSignal,
): Promise<void> {
  // Makes tables, indexes and the schema's version.
  await (await openStore({ ...place, log: createLog({ level: 'silent' }) })).close();
  const write =
    place.mongodbUri === undefined
      ? writerOfSqlite(place.dataDir)
      : writerOfMongo(place.mongodbUri);
  try {
    let bulk: PhotoRecord[] = [];
    for (const photo of photos) {
      bulk.push(photo);
      if (bulk.length < BULK) continue;
      signal.throwIfAborted();
      await write.bulk(bulk);
      bulk = [];
    }
    if (bulk.length > 0) await write.bulk(bulk);
  } finally {
    await write.close();
  }
}

interface Writer {
  bulk(photos: readonly PhotoRecord[]): Promise<void>;
  close(): Promise<void>;
}

function writerOfSqlite(dataDir: string): Writer {
  const database = openSqliteDatabase(path.join(dataDir, 'faces.db'));
  database.all('PRAGMA synchronous = OFF');
  return {
    bulk: (photos) => {
      database.transaction(() => {
        for (const photo of photos) writePhoto(database, photo);
        database.run('UPDATE photos SET unpublished = 0 WHERE unpublished = 1');
      });
      return Promise.resolve();
    },
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

function writerOfMongo(uri: string): Writer {
  const client = new MongoClient(uri);
  const photos = client.db().collection('photos');
  return {
    bulk: async (records) => {
      const documents = records.map((record) => ({
        ...toStoredPhoto(record),
        sequences: [record.sequence],
        unpublished: false,
      }));
      await photos.insertMany(documents, { ordered: false });
    },
    close: () => client.close(),
  };
}
