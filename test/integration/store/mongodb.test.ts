import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';
import type { Binary, Collection } from 'mongodb';
import type { WorkerError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { SCHEMA_VERSION } from '../../../src/store/mongodb/documents.ts';
import type { PhotoDocument, SchemaDocument } from '../../../src/store/mongodb/documents.ts';
import { Directories } from '../../../src/people/directories.ts';
import { KnownFacesCache } from '../../../src/pipeline/known-faces-cache.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import expectedIndexes from '../../fixtures/mongodb-indexes.json';
import { freePort } from '../../helpers/free-port.ts';
import { startMongo, startProxyTo } from '../../helpers/mongodb.ts';
import type { TestMongo } from '../../helpers/mongodb.ts';
import { startSlowProxy } from '../../helpers/slow-proxy.ts';
import { startOldMongo } from '../../helpers/old-mongodb.ts';
import { makePhotoRecord, unitDescriptor } from '../../helpers/records.ts';
import { describeStoreContract } from './contract.ts';

const log = createLog({ level: 'silent' });
/** So that a server that does not answer is given up soon. */
const QUICK = 'serverSelectionTimeoutMS=300';
const WIRE_VERSION_OF_4_2 = 8;
const LATE_MILLIS = 50;
let mongo: TestMongo;

const open = (mongodbUri: string): Promise<Store> => openStore({ mongodbUri, dataDir: '', log });

async function refusalOf(uri: string): Promise<WorkerError> {
  return open(uri).then(
    () => {
      throw new Error('The store was opened');
    },
    (error: unknown) => error as WorkerError,
  );
}

describe('with MongoDB', () => {
  beforeAll(async () => {
    mongo = await startMongo();
  }, 90_000);

  afterAll(() => mongo.stop());

  describeStoreContract({
    kind: 'mongodb',
    newDatabase() {
      const uri = mongo.newDatabaseUri();
      return Promise.resolve({ open: () => open(uri) });
    },
  });

  describe('the MongoDB database', () => {
    let client: MongoClient;
    let store: Store;
    let photos: Collection<PhotoDocument>;

    beforeEach(async () => {
      const uri = mongo.newDatabaseUri();
      store = await open(uri);
      client = new MongoClient(uri);
      photos = client.db().collection<PhotoDocument>('photos');
    });

    afterEach(async () => {
      await store.close();
      await client.close();
    });

    it('holds each photo in one document, descriptors as float32 vectors of subtype 9', async () => {
      await store.commitPhoto(makePhotoRecord(), null);
      const documents = await photos.find().toArray();
      const descriptor = documents[0]?.faces[0]?.descriptor as Binary;
      expect(documents).toHaveLength(1);
      expect(descriptor.sub_type).toBe(9);
      // Type float32, no padding, 128 values of 4 bytes.
      expect([...descriptor.buffer.subarray(0, 2), descriptor.length()]).toEqual([0x27, 0, 514]);
      expect(descriptor.toFloat32Array()).toEqual(unitDescriptor(1));
    });

    it('keeps every sequence that a photo ever held', async () => {
      await store.commitPhoto(makePhotoRecord(), null);
      await store.commitPhoto(makePhotoRecord({ sequence: 2, revision: 2 }), 1);
      const document = await photos.findOne({});
      expect(document).toMatchObject({ sequence: 2, sequences: [1, 2], unpublished: true });
    });

    it('forgets an owner also for a worker that reads them meanwhile', async () => {
      const uri = mongo.newDatabaseUri();
      const worker = await open(uri);
      await worker.commitPhoto(makePhotoRecord(), null);
      // Each request of who forgets comes late, so that there is a meanwhile.
      const port = Number(/:(\d+)\//.exec(uri)?.[1]);
      const slow = await startSlowProxy(port, LATE_MILLIS);
      const forgetter = await open(uri.replace(`:${port}/`, `:${slow.port}/`));
      const cache = new KnownFacesCache(worker);
      const people = new Directories(worker);
      const { ownerId, model } = makePhotoRecord();
      const forgotten = new AbortController();
      const forgetting = forgetter.forgetOwner(ownerId).finally(() => {
        forgotten.abort();
      });
      let readMeanwhile = 0;
      while (!forgotten.signal.aborted) {
        readMeanwhile = Math.max(readMeanwhile, await worker.countForgotten());
        await cache.current(ownerId, model);
        await people.current(ownerId);
      }
      await forgetting;
      expect(readMeanwhile).toBeGreaterThan(0);
      expect((await cache.current(ownerId, model)).sequence).toBe(0);
      expect((await people.current(ownerId)).photos.size).toBe(0);
      await forgetter.close();
      await worker.close();
      await slow.stop();
    });

    it('has the indexes that are written down', async () => {
      const indexes = await photos.indexes();
      const shown = indexes.map(({ name, key, unique, partialFilterExpression }) => ({
        ...{ name, key },
        ...(unique === true && { unique }),
        ...(partialFilterExpression !== undefined && { partialFilterExpression }),
      }));
      const byName = (a: { name: unknown }, b: { name: unknown }): number =>
        String(a.name).localeCompare(String(b.name));
      expect(shown.sort(byName)).toEqual(expectedIndexes);
    });
  });

  describe('a MongoDB that will not do', () => {
    it('is one that does not answer: host named, login not, and worth another try', async () => {
      const port = await freePort();
      const uri = `mongodb://someone:s3cr3t-pass@127.0.0.1:${port}/faces?${QUICK}`;
      const error = await refusalOf(uri);
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
      expect(error.message).toContain(`127.0.0.1:${port}`);
      expect(error.message).toContain('MONGODB_URI');
      const everything = inspect(error, { depth: 20, showHidden: true });
      expect(everything).not.toContain('s3cr3t-pass');
      expect(everything).not.toContain('someone');
    });

    it('is one that refuses the login, which is not repeated', async () => {
      const uri = mongo.uri.replace(/\/\/([^@/]*@)?/, '//someone:s3cr3t-pass@');
      const error = await refusalOf(uri);
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(error.message).toContain('refuses the login');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('s3cr3t-pass');
    });

    it('is one that goes away: calls then say so', async () => {
      const proxy = await startProxyTo(mongo.uri);
      const through = `${proxy.uri}&${QUICK}`;
      const store = await open(through);
      await proxy.stop();
      const lost = store.commitPhoto(makePhotoRecord(), null);
      await expect(lost).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
      await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await store.close();
    });

    it.each([
      ['mongodb://someone:s3cr3t@pass@127.0.0.1:99999/'],
      ['postgres://someone:s3cr3t-pass@127.0.0.1/'],
      ['mongodb://someone:s3cr3t-pass@127.0.0.1/?noSuchOption=1'],
    ])('is a malformed URI, whose login is not repeated', async (uri) => {
      const error = await refusalOf(uri);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', retryable: false });
      expect(error.message).toContain('MONGODB_URI');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('s3cr3t');
    });

    it('is one older than 4.4', async () => {
      const old = await startOldMongo(WIRE_VERSION_OF_4_2);
      const error = await refusalOf(`${old.uri}?${QUICK}`);
      await old.stop();
      expect(error).toMatchObject({ code: 'STORE_UNSUPPORTED', retryable: false });
      expect(error.message).toMatch(/127\.0\.0\.1:\d+ must be version 4\.4 or later/);
    });

    it('is a database that a newer program wrote', async () => {
      const uri = mongo.newDatabaseUri();
      await (await open(uri)).close();
      const client = new MongoClient(uri);
      const meta = client.db().collection<SchemaDocument>('meta');
      await meta.updateOne({ _id: 'schema' }, { $set: { version: SCHEMA_VERSION + 41 } });
      await client.close();
      const error = await refusalOf(uri);
      expect(error).toMatchObject({ code: 'STORE_NEWER_VERSION', retryable: false });
      expect(error.message).toMatch(
        new RegExp(`version ${SCHEMA_VERSION + 41},.* to ${SCHEMA_VERSION}\\. Run the newer`),
      );
    });
  });
});
