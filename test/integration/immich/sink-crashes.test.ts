import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { describeCrashes } from './sink/crashes.ts';

const log = createLog({ level: 'silent' });

describe('a worker that ends while it writes into Immich, with SQLite', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;

  beforeEach(async () => {
    folder = await tempFolder();
  });

  afterEach(() => folder.remove());

  describeCrashes(() => openStore({ dataDir: folder.path, log }), 1);
});

describe('a worker that ends while it writes into Immich, with MongoDB', () => {
  let mongo: TestMongo;

  beforeAll(async () => {
    mongo = await startMongo();
  }, 90_000);

  afterAll(() => mongo.stop());

  describeCrashes(() => openStore({ dataDir: '', log, mongodbUri: mongo.newDatabaseUri() }), 5);
});
