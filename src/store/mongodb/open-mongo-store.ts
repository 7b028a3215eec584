import { setTimeout as delay } from 'node:timers/promises';

import { MongoClient } from 'mongodb';
import type { Collection, Db, Document, MongoClientOptions } from 'mongodb';
import { messageOf, WorkerError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../store.ts';
import type { PhotoDocument, SchemaDocument } from './documents.ts';
import type { ForgottenDocument } from './forgotten.ts';
import { PHOTO_INDEXES, SCHEMA_VERSION } from './documents.ts';
import { openLinkCollection } from './immich-links.ts';
import { openImmichCollections } from './immich-store.ts';
import { isAway, isDuplicateKey, toStoreError } from './mongo-error.ts';
import { MongoStore } from './mongo-store.ts';

const DEFAULT_DATABASE = 'immich-face-worker';
const RETRY_MILLIS = 1_000;

/** For what the URI does not set itself. */
const DEFAULT_TIMEOUTS = {
  connectTimeoutMS: 5_000,
  serverSelectionTimeoutMS: 5_000,
  // No request of ours takes long; a frozen server is not noticed otherwise.
  socketTimeoutMS: 20_000,
} as const satisfies MongoClientOptions;

const CLIENT_OPTIONS: MongoClientOptions = {
  appName: 'immich-face-worker',
  // Another member may lag behind, and a decision must have seen every earlier one.
  readPreference: 'primary',
  // After a commit the job is reported done: the photo must outlive a fail-over and a power cut.
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
};

/** Opens the store when its server is there, saying once that it is not; rejects when `signal` fires. */
export async function openMongoStoreWhenThere(options: {
  readonly uri: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<Store> {
  const { log, signal } = options;
  for (let said = false; ; said = true) {
    try {
      const store = await openMongoStore(options);
      if (said) log.info('MongoDB answers');
      return store;
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error;
      if (!said) log.warn({ reason: messageOf(error) }, 'MongoDB does not answer; trying again');
      await delay(RETRY_MILLIS, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** Connects (the driver refuses servers before 4.4), checks the schema and makes missing indexes. */
export async function openMongoStore(options: {
  readonly uri: string;
  readonly log: Log;
}): Promise<Store> {
  const client = createClient(options.uri);
  const hosts = hostsOf(client);
  try {
    await client.connect();
    const database = client.db(databaseOf(options.uri));
    const photos = await openPhotos(database);
    await checkSchemaVersion(database, hosts);
    await photos.createIndexes([...PHOTO_INDEXES]);
    const links = await openLinkCollection(database);
    const immich = await openImmichCollections(database);
    options.log.info({ hosts, database: database.databaseName }, 'MongoDB store opened');
    const meta = database.collection<ForgottenDocument>('meta');
    return new MongoStore({ client, photos, meta, immich, links, hosts });
  } catch (error) {
    await client.close();
    throw toStoreError(error, hosts);
  }
}

function createClient(uri: string): MongoClient {
  try {
    return new MongoClient(uri, { ...timeoutsFor(uri), ...CLIENT_OPTIONS });
  } catch {
    // The driver's message may quote the part of the URI that holds the password.
    throw new WorkerError(
      'CONFIG_INVALID',
      'MONGODB_URI is not a valid connection string; expected ' +
        'mongodb://[user:password@]host[:port][,…]/[database][?options] or mongodb+srv://…, with ' +
        'special characters of user and password percent-encoded.',
    );
  }
}

function timeoutsFor(uri: string): MongoClientOptions {
  const unset = Object.entries(DEFAULT_TIMEOUTS).filter(
    ([option]) => !new RegExp(`[?&]${option}=`, 'i').test(uri),
  );
  return Object.fromEntries(unset);
}

function hostsOf(client: MongoClient): string {
  return client.options.srvHost ?? client.options.hosts.map(String).join(', ');
}

/** The URI's database; the driver's own default is `test`, which says nothing of its owner. */
function databaseOf(uri: string): string {
  const inUri = /^[^:]+:\/\/[^/?]+\/([^?]+)/.exec(uri)?.[1];
  return inUri === undefined ? DEFAULT_DATABASE : decodeURIComponent(inUri);
}

/**
 * On a replica set only what a majority holds is read: a write that a fail-over rolls back would
 * otherwise stay in a reader's index, and its sequence, given again, would be passed over.
 */
async function openPhotos(database: Db): Promise<Collection<PhotoDocument>> {
  const hello: Document = await database.command({ hello: 1 });
  const standalone = hello['setName'] === undefined && hello['msg'] !== 'isdbgrid';
  const level = standalone ? 'local' : 'majority';
  return database.collection<PhotoDocument>('photos', { readConcern: { level } });
}

async function checkSchemaVersion(database: Db, hosts: string): Promise<void> {
  const version = await readSchemaVersion(database.collection<SchemaDocument>('meta'));
  if (version <= SCHEMA_VERSION) return;
  throw new WorkerError(
    'STORE_NEWER_VERSION',
    `The database ${database.databaseName} on ${hosts} has schema version ${version}, but this ` +
      `program knows versions up to ${SCHEMA_VERSION}. Run the newer immich-face-worker that wrote ` +
      'it, or restore a backup from before the upgrade.',
    { details: { hosts, found: version, known: SCHEMA_VERSION } },
  );
}

async function readSchemaVersion(meta: Collection<SchemaDocument>): Promise<number> {
  try {
    await meta.insertOne({ _id: 'schema', version: SCHEMA_VERSION });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const older = { _id: 'schema', version: { $lt: SCHEMA_VERSION } } as const;
  await meta.updateOne(older, { $set: { version: SCHEMA_VERSION } });
  const schema = await meta.findOne({ _id: 'schema' });
  return schema?.version ?? SCHEMA_VERSION;
}
