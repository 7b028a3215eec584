import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { describeCollections } from './sink/collections.ts';
import { describeFacePixels } from './sink/face-pixels.ts';
import { describeLostPeople } from './sink/lost-people.ts';
import { describeMaintenance } from './sink/maintenance.ts';
import { describeMissedFaces } from './sink/missed-faces.ts';
import { describeOutOfSight } from './sink/out-of-sight.ts';
import { describePeople } from './sink/people.ts';
import { describeReadBack } from './sink/read-back.ts';
import { describeRepair } from './sink/repair.ts';
import { describeRuleAlbums } from './sink/rule-albums.ts';
import { describeUsersPeople } from './sink/users-people.ts';

const log = createLog({ level: 'silent' });
jest.setTimeout(60_000);

describe('writing into Immich, with SQLite', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;

  beforeEach(async () => {
    folder = await tempFolder();
  });

  afterEach(() => folder.remove());

  const open = (): ReturnType<typeof openStore> => openStore({ dataDir: folder.path, log });
  describePeople(open);
  describeFacePixels(open);
  describeOutOfSight(open);
  describeMaintenance(open);
  describeReadBack(open);
  describeLostPeople(open);
  describeMissedFaces(open);
  describeUsersPeople(open);
  describeCollections(open);
  describeRuleAlbums(open);
  describeRepair(open);
});

describe('writing into Immich, with MongoDB', () => {
  let mongo: TestMongo;

  beforeAll(async () => {
    mongo = await startMongo();
  }, 90_000);

  afterAll(() => mongo.stop());

  const open = (): ReturnType<typeof openStore> =>
    openStore({ dataDir: '', log, mongodbUri: mongo.newDatabaseUri() });
  describePeople(open);
  describeFacePixels(open);
  describeOutOfSight(open);
  describeMaintenance(open);
  describeReadBack(open);
  describeLostPeople(open);
  describeMissedFaces(open);
  describeUsersPeople(open);
  describeCollections(open);
  describeRuleAlbums(open);
  describeRepair(open);
});
