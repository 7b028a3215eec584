import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import sharp from 'sharp';

import { createAccounts, type ImmichAccounts } from '../../../src/immich/accounts.ts';
import { openImmich, type Immich } from '../../../src/immich/client/open-immich.ts';
import { createPhotoFetcher, removeFetched } from '../../../src/immich/fetch-photo.ts';
import { locatePhoto } from '../../../src/image/locate-photo.ts';
import { createLog } from '../../../src/log.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInUser } from '../../helpers/immich/state.ts';
import { codeOf, quarters, tempFolder } from '../../helpers/pictures.ts';

const { signal } = new AbortController();

describe('fetching photos from Immich', () => {
  let immich: StandInImmich;
  let client: Immich;
  let accounts: ImmichAccounts;
  let ada: StandInUser;
  let picture: Buffer;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let fetched: string;

  beforeEach(async () => {
    folder = await tempFolder();
    fetched = path.join(folder.path, 'fetched');
    immich = await startImmich();
    client = openImmich({
      url: immich.url,
      limits: { answerMillis: 300, downloadMillis: 500 },
      retry: { attempts: 1, backoffMillis: 1 },
    });
    ada = immich.state.addUser('ada');
    const keys = [{ key: immich.state.addKey(ada), label: 'key 1' }];
    accounts = createAccounts(client, { keys, log: createLog({ level: 'silent' }) });
    await accounts.refresh();
    picture = await quarters(300, 200).jpeg().toBuffer();
  });

  afterEach(async () => {
    await client.close();
    await immich.stop();
    await folder.remove();
  });

  function fetcher(
    pathMap: { from: string; to: string }[] = [],
  ): ReturnType<typeof createPhotoFetcher> {
    return createPhotoFetcher({
      accounts,
      folder: fetched,
      maxBytes: 1_000_000,
      pathMap,
      locate: (file) => locatePhoto(file, [folder.path]),
    });
  }

  test('the preview lies in the folder until it is discarded', async () => {
    const asset = await immich.upload(ada, picture);
    await immich.jobs.settled();
    const fetchPhoto = await fetcher();
    const photo = await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
    expect(await readFile(photo.path)).toEqual(asset.preview);
    await photo.discard();
    expect(await readdir(fetched)).toEqual([]);
  });

  test('of an edited asset it is the edited one', async () => {
    const asset = await immich.upload(ada, picture, { isEdited: true });
    await immich.jobs.settled();
    const fetchPhoto = await fetcher();
    const photo = await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
    expect(await readFile(photo.path)).toEqual(asset.editedPreview);
    expect(asset.editedPreview).not.toEqual(asset.preview);
    await photo.discard();
  });

  test('a preview is known to be upright when Immich knew which way is up', async () => {
    const fetchPhoto = await fetcher();
    const turned = await sharp(picture).withMetadata({ orientation: 6 }).toBuffer();
    const upright: boolean[] = [];
    for (const [original, changes] of [
      [turned, {}],
      [picture, {}],
      [picture, { isEdited: true }],
      [picture, { type: 'VIDEO' }],
    ] as const) {
      const asset = await immich.upload(ada, original, changes);
      await immich.jobs.settled();
      const photo = await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
      upright.push(photo.isUpright);
      await photo.discard();
    }
    expect(upright).toEqual([true, false, true, true]);
  });

  test('when it was taken is told as Immich has it, with one question', async () => {
    const fetchPhoto = await fetcher();
    const fileCreatedAt = new Date('2010-05-04T14:30:00.000Z');
    const asset = await immich.upload(ada, picture, { fileCreatedAt });
    await immich.jobs.settled();
    immich.takeRequests();
    const photo = await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
    expect(photo.takenAt).toBe('2010-05-04T14:30:00.000Z');
    expect(immich.takeRequests('GET /assets/:id')).toHaveLength(1);
    await photo.discard();
  });

  test('without a preview it is to be asked again', async () => {
    immich.jobs.holdThumbnails();
    const asset = await immich.upload(ada, picture);
    const fetchPhoto = await fetcher();
    const wanted = { assetId: asset.id, ownerId: ada.id };
    await expect(fetchPhoto(wanted, signal)).rejects.toMatchObject({
      code: 'PREVIEW_NOT_READY',
      retryable: true,
    });
    immich.jobs.resumeThumbnails();
    await immich.jobs.settled();
    await (await fetchPhoto(wanted, signal)).discard();
  });

  test('what is gone, in the trash, hidden, locked or a partner’s is not looked at', async () => {
    const bob = immich.state.addUser('bob');
    ada.partners.add(bob.id);
    const ready = { preview: picture, thumbhash: 'there' };
    const assets = [
      immich.state.addAsset(ada, picture, { ...ready, deletedAt: new Date() }),
      immich.state.addAsset(ada, picture, { ...ready, visibility: 'hidden' }),
      immich.state.addAsset(ada, picture, { ...ready, visibility: 'locked' }),
      immich.state.addAsset(bob, picture, ready),
    ];
    const deleted = immich.state.addAsset(ada, picture, ready);
    immich.state.deleteAsset(deleted);
    const fetchPhoto = await fetcher();
    for (const { id } of [...assets, deleted]) {
      expect(await codeOf(fetchPhoto({ assetId: id, ownerId: ada.id }, signal))).toBe('ASSET_GONE');
    }
    const wanted = { assetId: assets[3]!.id, ownerId: bob.id };
    expect(await codeOf(fetchPhoto(wanted, signal))).toBe('IMMICH_KEY_MISSING');
    expect(await readdir(fetched)).toEqual([]);
  });

  test('before Immich has said whose the keys are, it is an outage', async () => {
    const keys = [{ key: immich.state.addKey(ada), label: 'key 1' }];
    accounts = createAccounts(client, { keys, log: createLog({ level: 'silent' }) });
    const fetchPhoto = await fetcher();
    const wanted = { assetId: 'any', ownerId: ada.id };
    expect(await codeOf(fetchPhoto(wanted, signal))).toBe('IMMICH_UNAVAILABLE');
    immich.faults.add({ kind: 'status', status: 502 }, { times: 1 });
    await accounts.refresh();
    expect(accounts.isPending()).toBe(true);
    await accounts.refresh();
    expect(accounts.of(ada.id).name).toBe('ada');
  });

  test('in maintenance mode it is an outage, also for a preview and for a worker that starts', async () => {
    const asset = await immich.upload(ada, picture);
    await immich.jobs.settled();
    const fetchPhoto = await fetcher();
    const wanted = { assetId: asset.id, ownerId: ada.id };
    for (const route of ['GET /assets/:id/thumbnail', undefined]) {
      const which = route === undefined ? {} : { route };
      const end = immich.faults.add({ kind: 'status', status: 404, text: 'nobody' }, which);
      expect(await codeOf(fetchPhoto(wanted, signal))).toBe('IMMICH_UNAVAILABLE');
      end();
    }
    const end = immich.faults.add({ kind: 'maintenance' });
    expect(await codeOf(fetchPhoto(wanted, signal))).toBe('IMMICH_UNAVAILABLE');
    const keys = [{ key: immich.state.addKey(ada), label: 'key 1' }];
    const started = createAccounts(client, { keys, log: createLog({ level: 'silent' }) });
    await started.refresh();
    expect([started.isPending(), started.states()]).toMatchObject([
      true,
      [{ state: 'unreachable' }],
    ]);
    await expect(Promise.resolve().then(() => started.of(ada.id))).rejects.toMatchObject({
      code: 'IMMICH_UNAVAILABLE',
    });
    end();
    await started.refresh();
    expect(started.of(ada.id).name).toBe('ada');
    await (await fetchPhoto(wanted, signal)).discard();
  });

  test('a mounted original is read in place, but not of an edited or unreadable one', async () => {
    const fetchPhoto = await fetcher([{ from: '/data', to: path.join(folder.path, 'photos') }]);
    await mkdir(path.join(folder.path, 'photos', 'library'), { recursive: true });
    const original = path.join(folder.path, 'photos', 'library', 'a.jpg');
    await writeFile(original, picture);
    const pathOf = async (changes: object): Promise<string> => {
      const ready = { preview: picture, editedPreview: picture, thumbhash: 'there' };
      const asset = immich.state.addAsset(ada, picture, { ...ready, ...changes });
      const photo = await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
      await photo.discard();
      return photo.path;
    };
    expect(await pathOf({ originalPath: '/data/library/a.jpg' })).toBe(original);
    expect((await sharp(original).metadata()).width).toBe(300);
    for (const changes of [
      { originalPath: '/data/library/a.jpg', isEdited: true },
      { originalPath: '/data/library/a.jpg', type: 'VIDEO' },
      { originalPath: '/data/library/not-there.jpg' },
      { originalPath: '/data/library/a.heic' },
      { originalPath: '/data/../photos/library/a.jpg' },
      { originalPath: '/database/a.jpg' },
    ]) {
      expect(path.dirname(await pathOf(changes))).toBe(fetched);
    }
  });

  test('what a killed worker left of one owner can be told from that of others', async () => {
    const asset = await immich.upload(ada, picture);
    await immich.jobs.settled();
    const fetchPhoto = await fetcher();
    await fetchPhoto({ assetId: asset.id, ownerId: ada.id }, signal);
    expect(await removeFetched(fetched, 'bob')).toBe(0);
    expect(await removeFetched(fetched, ada.id)).toBe(1);
    expect(await readdir(fetched)).toEqual([]);
  });

  test('files that a killed worker left long ago go at the next start', async () => {
    await mkdir(fetched);
    const [old, young] = [path.join(fetched, 'old'), path.join(fetched, 'young')];
    await writeFile(old, 'left behind');
    await writeFile(young, "another worker's");
    await utimes(old, new Date(), new Date(Date.now() - 2 * 3600 * 1000));
    await fetcher();
    expect(await readdir(fetched)).toEqual(['young']);
  });
});
