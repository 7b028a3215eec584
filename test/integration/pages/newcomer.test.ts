import type { Locator, Page } from 'playwright-core';

import { axeViolations, PHONE, usePages, type Pages } from '../../helpers/pages.ts';

let pages: Pages;

describe('the people pages', () => {
  usePages((opened) => {
    pages = opened;
  });

  const toast = (page: Page, text: string | RegExp): Locator =>
    page.locator('.toast', { hasText: text });

  test('who comes for the first time names somebody and finds the photos', async () => {
    const page = await pages.open('/people');
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await page.getByRole('list', { name: 'People' }).waitFor();
    await page
      .getByRole('link', { name: /^Add a name/ })
      .first()
      .click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Ada');
    await page.getByRole('button', { name: 'Save' }).click();
    await toast(page, 'This is Ada now.').waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByText('People').click();
    const first = page
      .getByRole('listitem')
      .filter({ has: page.locator('.person-tile') })
      .first();
    await first.getByText('Ada').waitFor();

    await page.getByRole('searchbox', { name: 'Search people by name' }).fill('ad');
    await page.getByText('1 person called something like “ad”').waitFor();
    await page.getByRole('link', { name: /^Ada, [2-9] photos/ }).click();
    await page.getByRole('link', { name: /^Photos/ }).click();
    const photos = page.getByRole('list', { name: 'Photos' }).getByRole('link');
    await photos.first().waitFor();
    expect(await photos.count()).toBeGreaterThan(1);
    await photos.first().click();
    await page.getByRole('button', { name: 'Ada', exact: true }).first().click();
    await page.getByText('All photos of Ada').waitFor();
    await page.getByText('How was this decided?').click();
    await page.getByText('Allowed difference for one face').waitFor();

    await page.goBack();
    await photos.first().waitFor();
    await page.goBack();
    await page.goBack();
    expect(await page.getByRole('searchbox').inputValue()).toBe('ad');
  }, 60_000);

  test('all of it goes by keyboard alone', async () => {
    const page = await pages.open('/people');
    await page.getByRole('list', { name: 'People' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focusedText(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    while (!(await focusedText(page)).includes('Add a name')) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const field = page.getByRole('combobox', { name: 'Name' });
    await field.waitFor();
    expect(await hasFocus(field)).toBe(true);
    await page.keyboard.type('Grace');
    await page.keyboard.press('Enter');
    const message = toast(page, 'This is Grace now.');
    await message.waitFor();
    const change = page.getByRole('button', { name: 'Change the name' });
    await change.waitFor();
    expect(await hasFocus(change)).toBe(true);

    await page.keyboard.press('Tab');
    expect(await focusedText(page)).toBe('Merge with…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').waitFor();
    // Once round: after the last way in the dialog the browser's own come, and never the page's.
    const isInDialog = async (): Promise<boolean> => (await dialog.locator(':focus').count()) === 1;
    await dialog.getByRole('list').getByRole('button').first().waitFor();
    for (let i = 0; i < 60 && (await isInDialog()); i++) await page.keyboard.press('Tab');
    const outside = page.locator(':focus:not(body, html, dialog, dialog *)');
    expect(await outside.count()).toBe(0);
    // Back into the dialog: a page without the browser's focus gives none away.
    await page.keyboard.press('Tab');
    await dialog.locator(':focus').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('button:focus', { hasText: 'Merge with…' }).waitFor();
  }, 60_000);

  const PLACES = ['', '/review', '/together', '/who', '/history', '/status', '/backup'];

  test.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['a phone', PHONE],
  ] as const)(
    'axe finds nothing wrong with any page (%s)',
    async (_name, context) => {
      const page = await pages.open('/people', context);
      const looks = [...PLACES.map((place) => `/people${place}`), ...(await placesOfSomebody())];
      for (const place of looks) {
        await page.goto(pages.worker.address + place);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.loading').waitFor({ state: 'detached' });
        expect([place, await axeViolations(page)]).toEqual([place, []]);
      }
    },
    120_000,
  );

  test('at a phone’s width nothing is cut off, and all pages can be reached', async () => {
    const page = await pages.open('/people', PHONE);
    for (const place of [...PLACES.map((one) => `/people${one}`), ...(await placesOfSomebody())]) {
      await page.goto(pages.worker.address + place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.loading').waitFor({ state: 'detached' });
      expect([place, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        place,
        360,
      ]);
    }
    await page.getByRole('button', { name: 'More' }).tap();
    await page.getByRole('link', { name: 'History' }).tap();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.getByRole('link', { name: 'People' }).tap();
    await page.locator('.person-link').last().tap();
    await page.getByRole('button', { name: 'Add a name' }).tap();
    await page.getByRole('combobox', { name: 'Name' }).fill('Edsger');
    await page.getByRole('button', { name: 'Save' }).tap();
    await toast(page, 'This is Edsger now.').getByRole('button', { name: 'Undo' }).tap();
    await page.getByRole('button', { name: 'Add a name' }).waitFor();
  }, 60_000);
});

async function placesOfSomebody(): Promise<string[]> {
  const answer = await fetch(`${pages.worker.address}/api/people`);
  const { items } = (await answer.json()) as { items: { personId: string }[] };
  const person = `/people/person/${items[0]?.personId ?? ''}`;
  return [person, `${person}?tab=photos`, `${person}?edit=name`, '/people/photo/sample1.jpg'];
}

function hasFocus(locator: Locator): Promise<boolean> {
  return locator.and(locator.page().locator(':focus')).isVisible();
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''");
}
