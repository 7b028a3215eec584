import type { Page } from 'playwright-core';
import sharp from 'sharp';

import { Visitor } from '../../helpers/api.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';
import { samplePhoto } from '../../helpers/pictures.ts';

/** A few pixels of what the photo shows. */
const LOOK = `(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 24;
  const context = canvas.getContext('2d');
  context.drawImage(document.querySelector('.boxed-photo img'), 0, 0, 24, 24);
  return context.getImageData(0, 0, 24, 24).data.join();
})()`;

describe('a photo that was replaced', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: () => Promise.resolve() },
  );

  const loaded = async (page: Page): Promise<string> => {
    await page.locator('.boxed-photo img').waitFor();
    await page.evaluate("document.querySelector('.boxed-photo img').decode()");
    return page.evaluate<string>(LOOK);
  };

  test('is shown as it is now, where its page is open and in a browser that kept it', async () => {
    const type = { 'content-type': 'image/jpeg' };
    const before = await sharp(samplePhoto(1)).resize({ width: 700 }).jpeg().toBuffer();
    const after = await sharp(before).flop().jpeg().toBuffer();
    const visitor = await new Visitor(pages.worker.address).arrive();
    expect((await visitor.post('/photos?assetId=edited', before, type)).status).toBe(200);
    const page = await pages.open('/people/photo/edited');
    const first = await loaded(page);
    expect((await visitor.post('/photos?assetId=edited', after, type)).status).toBe(200);
    const fetched = page.waitForResponse((answer) => answer.url().includes('/image?'));
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await fetched;
    const second = await loaded(page);
    expect(second).not.toBe(first);
    await page.reload();
    expect(await loaded(page)).toBe(second);

    const { headers } = await visitor.get('/api/photos/edited/image');
    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    const etag = String(headers.etag);
    const kept = await visitor.get('/api/photos/edited/image', { 'if-none-match': etag });
    expect(kept.status).toBe(304);
    await page.context().close();
  }, 60_000);
});
