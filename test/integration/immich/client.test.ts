import path from 'node:path';

import sharp from 'sharp';

import { getAsset, savePreview } from '../../../src/immich/client/assets.ts';
import { openImmich, type Immich } from '../../../src/immich/client/open-immich.ts';
import { mergePerson } from '../../../src/immich/client/people.ts';
import { searchAssets } from '../../../src/immich/client/search-assets.ts';
import { getApiKey, getMe, getServerVersion } from '../../../src/immich/client/users.ts';
import { addPerson, removePerson } from '../../helpers/immich/routes/people.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset } from '../../helpers/immich/state.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';

describe('the client', () => {
  let immich: StandInImmich;
  let client: Immich;
  let folder: Awaited<ReturnType<typeof tempFolder>>;

  beforeEach(async () => {
    folder = await tempFolder();
    immich = await startImmich();
    client = openImmich({ url: immich.url });
  });

  afterEach(async () => {
    await client.close();
    await immich.stop();
    await folder.remove();
  });

  test('reads whose key it is, its permissions and the version', async () => {
    const ada = immich.state.addUser('ada');
    const api = client.as({ who: 'ada', key: immich.state.addKey(ada, ['user.read']) });
    expect(await getMe(api)).toMatchObject({ id: ada.id, name: 'ada' });
    expect(await getApiKey(api)).toMatchObject({ permissions: ['user.read'] });
    expect(await getServerVersion(api)).toEqual({ major: 3, minor: 1, patch: 0 });
  });

  test.each([
    { major: 3, minor: 1, patch: 0 },
    { major: 3, minor: 2, patch: 1 },
  ])('merges nobody into a person who is gone in Immich %j', async (version) => {
    immich.state.version = version;
    const ada = immich.state.addUser('ada');
    const api = client.as({ who: 'ada', key: immich.state.addKey(ada) });
    const [into, from] = [addPerson(immich.state, ada), addPerson(immich.state, ada)];
    removePerson(immich.state, into);
    await expect(mergePerson(api, into.id, from.id)).rejects.toMatchObject({ code: 'ASSET_GONE' });
    expect([...immich.state.people.keys()]).toEqual([from.id]);
    // The other way it is as if it were done.
    await mergePerson(api, from.id, into.id);
  });

  test.each([
    [{ major: 2, minor: 7, patch: 5 }, 3],
    [{ major: 3, minor: 1, patch: 0 }, 1],
  ])('finds archived and hidden assets in Immich %j, in %d requests', async (version, requests) => {
    immich.state.version = version;
    const ada = immich.state.addUser('ada');
    const api = client.as({ who: 'ada', key: immich.state.addKey(ada) });
    const picture = Buffer.from('not looked at');
    const ids = ['timeline', 'archive', 'hidden', 'timeline'].map((visibility, day) => {
      const fileCreatedAt = new Date(Date.UTC(2020, 0, day + 1));
      const changes = { visibility, fileCreatedAt } as Partial<StandInAsset>;
      return immich.state.addAsset(ada, picture, changes).id;
    });
    immich.state.addAsset(ada, picture, { visibility: 'locked' });
    const found: string[] = [];
    for (let page: number | null = 1; page !== null;) {
      const one = await searchAssets(api, { order: 'asc', size: 1, page });
      expect(one.requests).toBe(requests);
      found.push(...one.assets.map(({ id }) => id));
      page = one.nextPage;
    }
    expect(found.sort()).toEqual(ids.sort());
  });

  test('reads the beginning of a file, also where the server knows no parts', async () => {
    const ada = immich.state.addUser('ada');
    const api = client.as({ who: 'ada', key: immich.state.addKey(ada) });
    const large = Buffer.alloc(4_000_000, 'a large file ');
    const { id } = immich.state.addAsset(ada, large, { preview: large });
    for (const path of [`/assets/${id}/thumbnail`, `/assets/${id}/original`]) {
      expect(await api.beginning({ path }, 70_000)).toEqual(large.subarray(0, 70_000));
    }
    const { id: small } = immich.state.addAsset(ada, Buffer.from('small'));
    const whole = await api.beginning({ path: `/assets/${small}/original` }, 70_000);
    expect(whole.toString()).toBe('small');
  });

  test('finds an uploaded asset and saves its preview, upright and of 1440 px at its shorter side', async () => {
    const ada = immich.state.addUser('ada');
    const api = client.as({ who: 'ada', key: immich.state.addKey(ada) });
    const large = sharp(samplePhoto(1)).resize(2000, 2000, { fit: 'outside' });
    const uploaded = await immich.upload(ada, await large.jpeg().toBuffer());
    await immich.jobs.settled();
    const page = await searchAssets(api, { order: 'asc', size: 1000, page: 1 });
    expect(page.nextPage).toBeNull();
    const { exifInfo, ...asset } = await getAsset(api, uploaded.id);
    expect(exifInfo).toBeDefined();
    expect(page.assets).toEqual([asset]);
    const file = path.join(folder.path, 'preview');
    const saved = await savePreview(
      api,
      { id: uploaded.id, isEdited: false },
      { path: file, maxBytes: 10_000_000 },
    );
    expect(saved).toMatchObject({ contentType: 'image/jpeg' });
    const { width, height, format } = await sharp(file).metadata();
    expect({ shorter: Math.min(width, height), format }).toEqual({ shorter: 1440, format: 'jpeg' });
  });
});
