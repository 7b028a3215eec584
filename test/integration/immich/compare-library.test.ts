import { createAccounts } from '../../../src/immich/accounts.ts';
import { openImmich } from '../../../src/immich/client/open-immich.ts';
import { compareLibrary } from '../../../src/immich/source/compare-library.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { startImmich } from '../../helpers/immich/server.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const log = createLog({ level: 'silent' });

test.each([
  { kind: 'maintenance' },
  { kind: 'status', status: 404, text: '404 page not found' },
] as const)('%j in the middle of a comparison removes nothing', async (outage) => {
  const folder = await tempFolder();
  const store = await openStore({ dataDir: folder.path, log });
  const immich = await startImmich();
  const client = openImmich({ url: immich.url, retry: { attempts: 1, backoffMillis: 1 } });
  const ada = immich.state.addUser('ada');
  const accounts = createAccounts(client, {
    keys: [{ key: immich.state.addKey(ada), label: 'key 1' }],
    log,
  });
  await accounts.refresh();
  const removed: string[] = [];
  const compare = (): ReturnType<typeof compareLibrary> =>
    compareLibrary({
      ...{ account: accounts.of(ada.id), pauseMillis: 0, signal: new AbortController().signal },
      rules: { model: 'face-api.1', ignoreBefore: null, freshSince: new Date() },
      ports: {
        store: store.immich,
        jobs: {
          add: () => Promise.resolve(),
          addRemovals: (jobs) => {
            removed.push(...jobs.map(({ assetId }) => assetId));
            return Promise.resolve();
          },
          countWaiting: () => Promise.resolve(0),
        },
        hasPhoto: () => Promise.resolve(true),
        admit: (_source, wanted) => Promise.resolve(wanted),
      },
    });
  const [deleted] = [0, 1].map(() => immich.state.addAsset(ada, Buffer.from('not looked at')));
  await compare();
  immich.state.deleteAsset(deleted!);
  // After the pages, when it is asked for what they did not hold.
  immich.faults.add(
    { kind: 'then', work: () => void immich.faults.add(outage) },
    { route: 'POST /search/metadata', times: 1 },
  );
  await expect(compare()).rejects.toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
  expect(removed).toEqual([]);
  immich.faults.clear();
  await compare();
  expect(removed).toEqual([deleted!.id]);
  await client.close();
  await immich.stop();
  await store.close();
  await folder.remove();
});
