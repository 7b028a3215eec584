import type { Locator, Page } from 'playwright-core';

import { fillPeopleToCorrect } from '../../helpers/people-to-correct.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';

describe('with the keyboard alone', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    {
      prepare: fillPeopleToCorrect,
      environment: { TIDY_EVERY_MILLIS: '0', VISION_CHILDREN: '1' },
    },
  );

  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${pages.worker.address}/api/${path}`);
    return (await answer.json()) as T;
  };
  const history = async (): Promise<readonly string[]> =>
    (await ask<{ items: { describe: string }[] }>('history')).items.map((one) => one.describe);
  const toast = (page: Page, text: string | RegExp): Locator =>
    page.locator('.toast', { hasText: text });
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>(`{
      const { activeElement: one } = document;
      one.getAttribute('aria-label') ?? one.textContent.trim();
    }`);
  const tabTo = async (page: Page, wanted: string | RegExp): Promise<void> => {
    for (let tabs = 0; tabs < 80; tabs++) {
      await page.keyboard.press('Tab');
      const name = await focused(page);
      if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return;
    }
    throw new Error(`expected to come to ${String(wanted)} with Tab`);
  };
  const question = (page: Page, text: string): Locator =>
    page.locator('.review-card', { hasText: text });

  test('somebody is opened, two faces are chosen, made a new person, and given back', async () => {
    const page = await pages.open('/people');
    await page.getByRole('list', { name: 'People' }).waitFor();
    await tabTo(page, /^Ada, 4 photos/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Ada' }).waitFor();
    await page.getByRole('list', { name: 'Faces' }).getByRole('checkbox').nth(3).waitFor();
    for (let face = 0; face < 2; face++) {
      await tabTo(page, /^Choose face/);
      await page.keyboard.press('Space');
    }
    await page.getByText('2 faces chosen').waitFor();
    await tabTo(page, 'New person');
    await page.keyboard.press('Enter');
    await toast(page, '2 faces made a new person.').waitFor();
    await page.getByRole('link', { name: 'Faces 2', exact: true }).waitFor();
    // The bar is gone with its button.
    await page.locator('.hint:focus').waitFor();
    await tabTo(page, 'Undo');
    await page.keyboard.press('Enter');
    await toast(page, 'Undone.').waitFor();
    await page.locator('main :focus').waitFor();
    await page.getByRole('link', { name: 'Faces 4', exact: true }).waitFor();
    await page.context().close();
  }, 60_000);

  test('whoever presses a button that goes with its work goes on beside it', async () => {
    const page = await pages.open('/people/person/ada');
    await page.getByRole('link', { name: /^Photos/ }).click();
    await page.locator('a.photo-tile').first().click();
    const card = page.locator('.face-card', { hasText: 'Ada' }).first();
    await card.getByRole('button', { name: 'Yes, Ada' }).press('Enter');
    await card.getByText('Confirmed by you').waitFor();
    await page.locator('.face-card button:focus').waitFor();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    const line = page.locator('.history-line').first();
    await line.getByRole('button', { name: /^Undo/ }).press('Enter');
    await toast(page, 'Undone.').waitFor();
    await page.locator('main .history-line:focus, main .history-line :focus').waitFor();
    await page.context().close();
  }, 60_000);

  test('a closed dialog gives the focus back to what opened it', async () => {
    const page = await pages.open('/people/person/ada');
    await page.getByRole('list', { name: 'Faces' }).getByRole('checkbox').first().press('Space');
    for (const name of ['Merge with…', 'Delete…', 'Someone else…', 'Leave out…']) {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').locator(':focus').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.locator('button:focus', { hasText: name }).waitFor();
    }
    await page.context().close();
  }, 60_000);

  test('a face in doubt is answered with one key each way, and taken back', async () => {
    const page = await pages.open('/people/review');
    await question(page, 'Is this the same person?').waitFor();
    await page.keyboard.press('s');
    for (const [key, said, told] of [
      ['y', 'Yes, noted.', 'confirmed a face of Eve'],
      ['n', 'No, noted for ever.', 'said that a face is not Eve'],
    ] as const) {
      await question(page, 'Is this Eve?').waitFor();
      await page.keyboard.press(key);
      await toast(page, said).waitFor();
      await question(page, 'Is this Eve?').waitFor({ state: 'detached' });
      expect((await history())[0]).toBe(told);
      await page.keyboard.press('u');
      await toast(page, 'Taken back.').last().waitFor();
      expect((await history())[0]).toBe(`undid: ${told}`);
    }
    await question(page, 'Is this Eve?').waitFor();
    await page.keyboard.press('u');
    await question(page, 'Is this the same person?').waitFor();
    await page.context().close();
  }, 60_000);

  test('keys that are meant for a field or a dialog answer no question', async () => {
    const page = await pages.open('/people/review');
    const first = question(page, 'Is this the same person?');
    await first.waitFor();
    const before = await history();
    await page.getByLabel('Whose photos').focus();
    for (const key of ['n', 's', 'u', 'y']) await page.keyboard.press(key);
    await first.waitFor();

    // The other two have a name each by now, so that yes asks which stays.
    await name(page, 'left', 'Lea');
    await name(page, 'right', 'Rita');
    await page.goto(`${pages.worker.address}/people/review`);
    await page.locator('.review-card').waitFor();
    await page.keyboard.press('y');
    await page.getByText('Which name should stay?').waitFor();
    const written = await history();
    for (const key of ['n', 's', 'u', 'y']) await page.keyboard.press(key);
    await page.getByText('Which name should stay?').waitFor();
    expect(await history()).toEqual(written);
    expect(written).toHaveLength(before.length + 2);
    await page.keyboard.press('Escape');
    await page.locator('.review-card').waitFor();
    await page.context().close();
  }, 60_000);

  const name = async (page: Page, personId: string, as: string): Promise<void> => {
    await page.goto(`${pages.worker.address}/people/person/${personId}?edit=name`);
    await page.getByRole('combobox', { name: 'Name' }).fill(as);
    await page.keyboard.press('Enter');
    await toast(page, `This is ${as} now.`).waitFor();
  };

  test('people are searched beyond those who are shown at first', async () => {
    const page = await pages.open('/people/together');
    await page.getByRole('button', { name: 'Add a person' }).press('Enter');
    const dialog = page.getByRole('dialog');
    const people = dialog.getByRole('list', { name: 'People' });
    await people.getByRole('button').nth(119).waitFor();
    expect(await people.getByRole('button').count()).toBe(120);
    const { total } = await ask<{ total: number }>('people?show=known&limit=1');
    await dialog.getByText(`${total} people found`).waitFor({ state: 'attached' });
    await people.getByRole('button').nth(119).focus();
    await people
      .getByRole('button')
      .nth(total - 1)
      .waitFor();
    expect(await people.getByRole('button').count()).toBe(total);
    await people
      .getByRole('button')
      .nth(total - 1)
      .press('Enter');
    await page.waitForURL(/person=/);
    await page.getByText('1 photo of someone without a name').waitFor();
    await page.context().close();
  }, 60_000);
});
