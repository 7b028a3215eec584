import { readFile } from 'node:fs/promises';

import type { Locator, Page } from 'playwright-core';

import { axeViolations, outOfReach, PHONE, usePages, type Pages } from '../../helpers/pages.ts';
import { samplePhoto } from '../../helpers/pictures.ts';

describe('“Who is this?”', () => {
  let pages: Pages;

  usePages((opened) => {
    pages = opened;
  });

  const names = (page: Page): Locator =>
    page.getByRole('list', { name: 'Faces on the picture' }).getByRole('heading');
  /** Whom the pages name of the sample photo's three people, all of whom are known. */
  const expectThree = async (page: Page): Promise<void> => {
    await page.getByText('3 faces found').waitFor({ state: 'attached' });
    await names(page).nth(2).waitFor();
    const told = await names(page).allTextContents();
    expect(told).toHaveLength(3);
    expect(told.filter((one) => one.includes('nobody'))).toEqual([]);
    expect(await page.locator('.boxed-photo .box').count()).toBe(3);
  };
  /** Lets a file go over the place that the selector names, as the browser tells it to the page. */
  const drop = async (
    page: Page,
    onto: string,
    file: { name: string; bytes: Buffer },
  ): Promise<void> => {
    const [name, base64] = [file.name, file.bytes.toString('base64')].map((one) =>
      JSON.stringify(one),
    );
    const data = await page.evaluateHandle(`{
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(${base64 ?? ''}), (one) => one.charCodeAt(0));
      transfer.items.add(new File([bytes], ${name ?? ''}, { type: 'image/jpeg' }));
      transfer;
    }`);
    await page.dispatchEvent(onto, 'dragover', { dataTransfer: data });
    await page.locator('.drop-place.over').waitFor();
    await page.dispatchEvent(onto, 'drop', { dataTransfer: data });
    await page.locator('.drop-place.over').waitFor({ state: 'detached' });
  };

  test('a file that is chosen is answered, then another one', async () => {
    const page = await pages.open('/people/who');
    await page.getByLabel('Choose a picture').setInputFiles(samplePhoto(1));
    await expectThree(page);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('Choose another picture').setInputFiles(samplePhoto(4));
    const known = await fetch(`${pages.worker.address}/api/photos/sample4.jpg`);
    const { faces } = (await known.json()) as { faces: unknown[] };
    await page.getByText(`${faces.length} face`).waitFor({ state: 'attached' });
    await names(page).getByRole('link').first().click();
    await page.getByRole('list', { name: 'Faces' }).waitFor();
    expect(pages.takeComplaints()).toEqual([]);
  }, 60_000);

  test.each([
    ['in the dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ] as const)(
    'the answer is right for axe, and within reach (%s)',
    async (_name, context) => {
      const page = await pages.open('/people/who', { ...context, reducedMotion: 'reduce' });
      await page.getByLabel('Choose a picture').setInputFiles(samplePhoto(1));
      await expectThree(page);
      await page.locator('summary').first().click();
      expect(await axeViolations(page)).toEqual([]);
      expect(await outOfReach(page)).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  test.each([
    ['on its place', '.drop-place'],
    ['anywhere on the page', 'nav'],
  ])(
    'a file that is dropped %s is answered too',
    async (_where, onto) => {
      const page = await pages.open('/people/who');
      await page.locator('.drop-place').waitFor();
      await drop(page, onto, { name: 'one.jpg', bytes: await readFile(samplePhoto(1)) });
      await expectThree(page);
      expect(pages.takeComplaints()).toEqual([]);
    },
    60_000,
  );

  test('a file that is no picture is refused with the reason, and the page stays', async () => {
    const page = await pages.open('/people/who');
    await page.locator('.drop-place').waitFor();
    await drop(page, '.drop-place', { name: 'letter.jpg', bytes: Buffer.from('no picture') });
    await page.locator('.toast.bad', { hasText: /not|no/ }).waitFor();
    await page.getByText('Choose a picture', { exact: true }).waitFor();
    expect(pages.takeComplaints().filter((line) => !line.includes('422'))).toEqual([]);
  }, 60_000);
});
