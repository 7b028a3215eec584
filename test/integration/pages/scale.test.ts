import type { Page } from 'playwright-core';

import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';

const PHOTOS = 1000;
const FACES_OF_ONE = 20;
const FACES_OF_OTHERS = 10;

/**
 * One person twenty times on every photo, and ten others once. No photo is like that, but a store
 * of so many faces is filled within seconds, and the pages show faces and people.
 */
async function fill(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  for (let i = 1; i <= PHOTOS; i++) {
    const one = Array.from({ length: FACES_OF_ONE }, (_, n) =>
      makeFaceRecord({ faceId: `one-${i}-${n}`, personId: 'one', isNewPerson: false }, 1),
    );
    const others = Array.from({ length: FACES_OF_OTHERS - (i === 1 ? 1 : 0) }, (_, n) =>
      makeFaceRecord({ faceId: `face-${i}-${n}`, personId: `p-${i}-${n}` }, i * 10 + n),
    );
    await store.commitPhoto(
      makePhotoRecord({
        ownerId: 'default',
        assetId: `asset-${i}`,
        path: null,
        sequence: i,
        runId: `run-${i}`,
        faces: [...one, ...others],
      }),
      null,
    );
    await store.markPublished('default', `asset-${i}`, 1);
  }
  await store.close();
}

describe('ten thousand people, one of them with twenty thousand faces', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fill, startMillis: 300_000 },
  );

  const tiles = (page: Page): Promise<number> => page.locator('li.tile').count();
  /** Prints what the browser measured; a figure of a shared machine is no condition. */
  const tellPaint = async (page: Page, what: string): Promise<void> => {
    const millis = await page.evaluate<[number, number]>(
      `[performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]`,
    );
    const [first, shown] = millis.map((value) => `${Math.round(value)} ms`);
    process.stdout.write(
      `${what}: first paint after ${first ?? ''}, tiles within ${shown ?? ''}\n`,
    );
  };

  test('the metrics count them all before anybody has asked for them', async () => {
    const answer = await fetch(`${pages.worker.address}/metrics`);
    const lines = (await answer.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'face_worker_stored_faces 29999',
        'face_worker_people 10000',
        'face_worker_unknown_share 0',
      ]),
    );
  });

  test('people are there at once, and stay few in the document however far one scrolls', async () => {
    const page = await pages.open('/people');
    await page.locator('li.tile').first().waitFor();
    await tellPaint(page, '10,000 people');
    await page.getByText('10,000 people').waitFor();
    for (const index of [130, 400, 800]) {
      await scrollTo(page, index);
      expect(await tiles(page)).toBeLessThan(200);
    }
    await page.reload();
    await page.locator('li.tile').first().waitFor();
    await tellPaint(page, '10,000 people, opened again');
    await page.getByRole('searchbox').fill('nobody of this name');
    await page.getByText('Nobody is called “nobody of this name”').waitFor();
  }, 120_000);

  test('so are the faces of one person', async () => {
    const page = await pages.open('/people/person/one');
    await page.locator('li.tile').first().waitFor();
    await tellPaint(page, '20,000 faces');
    await page.getByRole('link', { name: 'Faces 20,000' }).waitFor();
    for (const index of [130, 500, 1000]) {
      await scrollTo(page, index);
      expect(await tiles(page)).toBeLessThan(200);
    }
    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    await page.getByText('1 face chosen').waitFor();
  }, 120_000);
});

/** Goes down until the tile of this place in the list has come. */
async function scrollTo(page: Page, index: number): Promise<void> {
  const last = page.locator('li.tile').last();
  for (;;) {
    await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    if (Number(await last.getAttribute('aria-posinset')) >= index) return;
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}
