import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';

import { getAsset, savePreview } from '../../../src/immich/client/assets.ts';
import type { ImmichApi } from '../../../src/immich/client/immich-api.ts';
import { openImmich, type Immich } from '../../../src/immich/client/open-immich.ts';
import { createPerson } from '../../../src/immich/client/people.ts';
import { retryAfterMillis } from '../../../src/immich/client/retry.ts';
import { getApiKey } from '../../../src/immich/client/users.ts';
import type { WorkerError } from '../../../src/errors.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { quarters, tempFolder } from '../../helpers/pictures.ts';

const ROUTE = 'GET /assets/:id';
const PREVIEW = 'GET /assets/:id/thumbnail';

describe('the client, when things go wrong', () => {
  let immich: StandInImmich;
  let client: Immich;
  let api: ImmichApi;
  let ada: StandInUser;
  let key: string;
  let asset: StandInAsset;
  let folder: Awaited<ReturnType<typeof tempFolder>>;

  beforeEach(async () => {
    folder = await tempFolder();
    immich = await startImmich();
    client = openImmich({
      url: `${immich.url}/api/`,
      limits: { answerMillis: 300, downloadMillis: 600 },
      retry: { attempts: 3, backoffMillis: 10 },
      concurrency: 2,
    });
    ada = immich.state.addUser('ada');
    key = immich.state.addKey(ada);
    api = client.as({ key, who: 'ada' });
    asset = await immich.upload(ada, await quarters(300, 200).jpeg().toBuffer());
    await immich.jobs.settled();
    immich.takeRequests();
  });

  afterEach(async () => {
    await client.close();
    await immich.stop();
    await folder.remove();
  });

  async function errorOf(working: Promise<unknown>): Promise<WorkerError> {
    const error = (await working.then(
      () => null,
      (reason: unknown) => reason,
    )) as WorkerError;
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
    return error;
  }

  const faults = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502 },
    { kind: 'status', status: 503, retryAfter: '0' },
    { kind: 'status', status: 429, retryAfter: '0' },
    { kind: 'status', status: 404 },
    { kind: 'status', status: 404, text: '404 page not found' },
    { kind: 'cut' },
    { kind: 'silent' },
    { kind: 'half-body' },
    { kind: 'slow-body' },
    { kind: 'html' },
    { kind: 'delay', millis: 2000 },
  ] as const;

  test.each(faults)('%j passes once, and is an outage when it stays', async (fault) => {
    immich.faults.add(fault, { route: ROUTE, times: 1 });
    expect(await getAsset(api, asset.id)).toMatchObject({ id: asset.id });
    immich.faults.add(fault, { route: ROUTE });
    const error = await errorOf(getAsset(api, asset.id));
    expect(error).toMatchObject({ code: 'IMMICH_UNAVAILABLE', retryable: true });
    expect(error.message).toContain(`/api/assets/${asset.id}`);
  });

  test.each(['later', 'at first'])(
    'maintenance mode is an outage, as Immich %s had it, and nothing is gone',
    async (when) => {
      if (when === 'at first') {
        for (const route of ['GET /server/version', 'GET /server/ping']) {
          immich.faults.add({ kind: 'no-route' }, { route });
        }
      }
      const end = immich.faults.add({ kind: 'maintenance' });
      const file = { path: path.join(folder.path, 'one'), maxBytes: 1e6 };
      for (const working of [
        getAsset(api, asset.id),
        savePreview(api, asset, file),
        getApiKey(api),
        createPerson(api, { name: 'Ada', isHidden: false }),
      ]) {
        const error = await errorOf(working);
        expect(error).toMatchObject({ code: 'IMMICH_UNAVAILABLE', details: { status: 404 } });
        expect(error.message).toContain('maintenance mode');
      }
      end();
      expect(await getAsset(api, asset.id)).toMatchObject({ id: asset.id });
    },
  );

  test('a route that this version does not have is refused, unless maintenance has just ended', async () => {
    const end = immich.faults.add({ kind: 'no-route' }, { route: ROUTE });
    const error = await errorOf(getAsset(api, asset.id));
    expect(error).toMatchObject({ code: 'IMMICH_REFUSED', retryable: false });
    expect(error.message).toMatch(/the route GET .*know this version of Immich/);
    expect(immich.takeRequests('GET /server/config')).toHaveLength(1);
    end();
    const once = { attempts: 1, backoffMillis: 1 };
    const impatient = openImmich({ url: immich.url, retry: once });
    immich.faults.add({ kind: 'no-route' }, { route: ROUTE, times: 1 });
    expect(await getAsset(impatient.as({ key, who: 'ada' }), asset.id)).toMatchObject({
      id: asset.id,
    });
    await impatient.close();
  });

  test('what nobody was there to take is sent again, and makes one person', async () => {
    immich.faults.add(
      { kind: 'status', status: 404, text: '404 page not found' },
      { route: 'POST /people', times: 2 },
    );
    await createPerson(api, { name: 'Ada', isHidden: false });
    expect(immich.state.people.size).toBe(1);
  });

  test.each(['half-body', 'slow-body', 'cut', 'silent'] as const)(
    'a preview with %s leaves no file',
    async (kind) => {
      immich.faults.add({ kind }, { route: PREVIEW });
      const file = path.join(folder.path, 'previews', 'one');
      await mkdir(path.dirname(file));
      const saving = savePreview(api, asset, { path: file, maxBytes: 1e6 });
      expect(await errorOf(saving)).toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
      expect(await readdir(path.dirname(file))).toEqual([]);
    },
  );

  test('a preview larger than the limit is refused', async () => {
    const file = path.join(folder.path, 'one');
    const saving = savePreview(api, asset, { path: file, maxBytes: 100 });
    expect(await errorOf(saving)).toMatchObject({ code: 'PHOTO_TOO_LARGE', retryable: false });
  });

  test('Retry-After is honoured, for the other requests too', async () => {
    immich.faults.add({ kind: 'status', status: 429, retryAfter: '1' }, { times: 1 });
    const startedAt = performance.now();
    const first = getAsset(api, asset.id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const other = client.as({ key, who: 'also ada' });
    await getAsset(other, asset.id);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    await first;
    expect(retryAfterMillis('120')).toBe(120_000);
    expect(retryAfterMillis('Wed, 21 Oct 2026 07:28:00 GMT', Date.UTC(2026, 9, 21, 7, 27))).toBe(
      60_000,
    );
    expect(retryAfterMillis('soon')).toBeUndefined();
  });

  test('a request that may have been carried out is not sent twice, unless it can be', async () => {
    immich.faults.add({ kind: 'status', status: 500 });
    const post = { method: 'POST', path: '/faces', body: {} } as const;
    expect(await errorOf(api.done(post))).toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
    expect(immich.takeRequests()).toHaveLength(0);
    immich.faults.clear();
    immich.faults.add({ kind: 'status', status: 500 }, { times: 1 });
    const search = {
      method: 'POST',
      path: '/search/metadata',
      body: {},
      repeatable: true,
    } as const;
    await api.done(search);
    expect(immich.takeRequests('POST /search/metadata')).toHaveLength(1);
  });

  test.each([
    [401, 'IMMICH_KEY_REFUSED'],
    [403, 'IMMICH_PERMISSION_MISSING'],
    [400, 'IMMICH_REFUSED'],
    [301, 'IMMICH_REFUSED'],
  ])('%d is final', async (status, code) => {
    immich.faults.add({ kind: 'status', status }, { route: ROUTE });
    const error = await errorOf(getAsset(api, asset.id));
    expect(error).toMatchObject({ code, retryable: false, details: { status } });
  });

  test('refusals name the permission, the user and what to do; never the key', async () => {
    const scoped = client.as({ key: immich.state.addKey(ada, ['asset.view']), who: 'ada' });
    expect(await errorOf(getAsset(scoped, asset.id))).toMatchObject({
      code: 'IMMICH_PERMISSION_MISSING',
      details: { permission: 'asset.read' },
      message: expect.stringMatching(/key of ada.*permission asset\.read/) as string,
    });
    const wrong = client.as({ key: 'no-key-of-anybody', who: 'key 2' });
    const refused = await errorOf(getAsset(wrong, asset.id));
    expect(refused.message).toMatch(/key of key 2.*401 "Invalid API key".*IMMICH_API_KEYS/);
    expect(refused.message).not.toContain('no-key-of-anybody');
    const gone = getAsset(api, '00000000-0000-4000-8000-000000000000');
    expect(await errorOf(gone)).toMatchObject({ code: 'ASSET_GONE', details: { status: 400 } });
  });

  test('a field of another kind is named', async () => {
    immich.state.touch(asset, { checksum: 7 as never });
    expect(await errorOf(getAsset(api, asset.id))).toMatchObject({
      code: 'IMMICH_ANSWER_INVALID',
      message: expect.stringContaining('field checksum') as string,
    });
  });

  test('nobody there is an outage, and giving up ends the waiting', async () => {
    const nobody = openImmich({
      url: 'http://127.0.0.1:9',
      retry: { attempts: 2, backoffMillis: 1 },
    });
    const lonely = nobody.as({ key, who: 'ada' });
    expect(await errorOf(getAsset(lonely, asset.id))).toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
    await nobody.close();
    immich.faults.add({ kind: 'silent' });
    const stop = new AbortController();
    const waiting = getAsset(api, asset.id, stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 50);
    expect(await errorOf(waiting)).toMatchObject({ code: 'JOB_ABORTED' });
  });

  test('no more requests are under way than allowed', async () => {
    immich.faults.add({ kind: 'delay', millis: 100 }, { route: ROUTE });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => getAsset(api, asset.id)));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(390);
  });
});
