import type { Page } from 'playwright-core';

import { axeViolations, usePages, type Pages } from '../../helpers/pages.ts';

interface Question {
  readonly id: string;
  readonly kind: string;
  readonly people: readonly { readonly personId: string }[];
}

describe('the questions', () => {
  let pages: Pages;

  // Far enough that there is much to ask, with nobody who answers by itself.
  const environment = { MERGE_DISTANCE: '0.39', TIDY_EVERY_MILLIS: '0' };
  usePages(
    (opened) => {
      pages = opened;
    },
    { environment, withSamples: true },
  );

  const questions = async (): Promise<readonly Question[]> => {
    const answer = await fetch(`${pages.worker.address}/api/review?limit=500`);
    return ((await answer.json()) as { items: Question[] }).items;
  };
  const history = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${pages.worker.address}/api/history`);
    const { items } = (await answer.json()) as { items: { describe: string }[] };
    return items.map(({ describe }) => describe);
  };
  const name = async (personId: string, text: string): Promise<void> => {
    const { address } = pages.worker;
    const session = await fetch(`${address}/api/session`);
    const { csrfToken } = (await session.json()) as { csrfToken: string };
    const answer = await fetch(`${address}/api/corrections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
      body: JSON.stringify({ correction: { kind: 'person-named', personId, name: text } }),
    });
    expect(answer.status).toBe(200);
  };
  const shown = (page: Page): Promise<string | null> =>
    page.locator('.review-card').getAttribute('aria-labelledby');
  const left = async (page: Page): Promise<string> =>
    /^\d+/.exec((await page.locator('.intro').first().textContent()) ?? '')?.[0] ?? '';
  const press = async (page: Page, key: string, message: string): Promise<void> => {
    await page.keyboard.press(key);
    await page.locator('.toast', { hasText: message }).last().waitFor();
  };

  test('are answered with one key each, and taken back with one', async () => {
    const [first, second, third] = await questions();
    const page = await pages.open('/people/review');
    await page.locator('.review-card').waitFor();
    expect(await shown(page)).toBe(`question-${first?.id ?? ''}`);
    expect(await axeViolations(page)).toEqual([]);

    await press(page, 's', 'Skipped for now.');
    expect(await shown(page)).toBe(`question-${second?.id ?? ''}`);
    expect(await history()).toEqual([]);
    await press(page, 'n', 'No, noted for ever.');
    expect(await history()).toHaveLength(1);
    expect((await questions()).map(({ id }) => id)).not.toContain(second?.id);
    await press(page, 'u', 'Taken back.');
    expect((await questions()).map(({ id }) => id)).toContain(second?.id);
    await page.locator(`[aria-labelledby="question-${second?.id ?? ''}"]`).waitFor();
    await press(page, 'y', 'Yes, noted.');
    expect((await questions()).map(({ id }) => id)).not.toContain(second?.id);
    expect(third).toBeDefined();
  }, 60_000);

  test('a yes that is taken back is the question again', async () => {
    const page = await pages.open('/people/review');
    await page.locator('.review-card').waitFor();
    const [asked] = await questions();
    expect(asked?.kind).toBe('proposed-merge');
    expect(await shown(page)).toBe(`question-${asked?.id ?? ''}`);
    await press(page, 'y', 'Yes, noted.');
    expect((await questions()).map(({ id }) => id)).not.toContain(asked?.id);
    await press(page, 'u', 'Taken back.');
    await page.locator(`[aria-labelledby="question-${asked?.id ?? ''}"]`).waitFor();
    expect((await questions()).map(({ id }) => id)).toContain(asked?.id);
    await page.context().close();
  }, 60_000);

  test('what was skipped comes back with one key, and can be answered then', async () => {
    const [first] = await questions();
    const page = await pages.open('/people/review');
    const asked = page.locator(`[aria-labelledby="question-${first?.id ?? ''}"]`);
    await asked.waitFor();
    await press(page, 's', 'Skipped for now.');
    await asked.waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('.review-card').waitFor();
    expect(await asked.count()).toBe(0);
    expect(await questions()).toHaveLength(Number(await left(page)));

    const next = await shown(page);
    await press(page, 's', 'Skipped for now.');
    await page.keyboard.press('u');
    await page.locator(`[aria-labelledby="${next ?? ''}"]`).waitFor();
    expect((await questions()).map(({ id }) => `question-${id}`)).toContain(next);
    await press(page, 'n', 'No, noted for ever.');
    expect((await history()).length).toBeGreaterThan(0);
    await page.keyboard.press('u');
    await page.locator('.toast', { hasText: 'Taken back.' }).waitFor();
    await page.locator(`[aria-labelledby="${next ?? ''}"]`).waitFor();
  }, 60_000);

  test('a key that comes before the answer is written down takes that answer back', async () => {
    const page = await pages.open('/people/review');
    await page.locator('.review-card').waitFor();
    const [asked, before] = [await shown(page), await history()];
    await page.keyboard.press('n');
    await page.keyboard.press('u');
    await page.locator('.toast', { hasText: 'Taken back.' }).waitFor();
    await page.locator(`[aria-labelledby="${asked ?? ''}"]`).waitFor();
    expect(await history()).toHaveLength(before.length + 2);
    expect((await questions()).map(({ id }) => `question-${id}`)).toContain(asked);
  }, 60_000);

  test('two who both have names become one with the name chosen, and are parted again', async () => {
    const merge = (await questions()).find(({ kind }) => kind === 'proposed-merge');
    const id = merge?.id ?? '';
    const names = ['Ada', 'Grace'];
    for (const [i, { personId }] of (merge?.people ?? []).entries()) {
      await name(personId, names[i] ?? '');
    }
    const page = await pages.open('/people/review');
    await page.locator('.review-card').waitFor();
    for (let skips = 0; (await shown(page)) !== `question-${id}`; skips++) {
      expect(skips).toBeLessThan(50);
      await press(page, 's', 'Skipped for now.');
    }
    await page.keyboard.press('y');
    await page.getByRole('radio', { name: 'Grace' }).check();
    // Letters typed while it asks are no answers.
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Yes, make them one' }).click();
    await page.locator('.toast', { hasText: 'Yes, noted.' }).waitFor();
    expect((await history())[0]).toContain('Grace');
    expect((await questions()).map((one) => one.id)).not.toContain(id);
    await press(page, 'u', 'Taken back.');
    expect((await history())[0]).toBe('undid: merged Ada into Grace');
    const answer = await fetch(`${pages.worker.address}/api/people?show=named`);
    const { items } = (await answer.json()) as { items: { name: string }[] };
    expect(items.map((one) => one.name).sort()).toEqual(names);
  }, 60_000);

  test('who is renamed elsewhere while the name is chosen is not overwritten without a word', async () => {
    const merge = (await questions()).find(({ kind }) => kind === 'proposed-merge');
    const [one, other] = merge?.people.map(({ personId }) => personId) ?? [];
    await name(one ?? '', 'Mary');
    await name(other ?? '', 'Joan');
    const page = await pages.open('/people/review');
    await page.locator('.review-card').waitFor();
    for (let skips = 0; (await shown(page)) !== `question-${merge?.id ?? ''}`; skips++) {
      expect(skips).toBeLessThan(50);
      await press(page, 's', 'Skipped for now.');
    }
    await page.keyboard.press('y');
    await page.getByRole('radio', { name: 'Joan' }).check();
    await name(one ?? '', 'Mary Ann');
    await page.getByRole('button', { name: 'Yes, make them one' }).click();
    const conflict = page.getByRole('dialog', { name: 'This was changed meanwhile' });
    await conflict.getByText('Named a person Mary Ann').waitFor();
    expect((await history())[0]).toBe('named a person Mary Ann');
    await conflict.getByRole('button', { name: 'Leave it as it is now' }).click();
    await page.locator(`[aria-labelledby="question-${merge?.id ?? ''}"]`).waitFor();
    expect((await history())[0]).toBe('named a person Mary Ann');
    await page.context().close();
    expect(pages.takeComplaints().filter((line) => !line.includes('409'))).toEqual([]);
  }, 60_000);

  test('are answered with buttons as well, and the next takes the focus', async () => {
    const page = await pages.open('/people/review');
    const card = page.locator('.review-card');
    await card.waitFor();
    const before = await shown(page);
    await page.getByRole('button', { name: 'No' }).click();
    await page.locator('.toast', { hasText: 'No, noted for ever.' }).waitFor();
    await card.and(page.locator(`:focus:not([aria-labelledby="${before ?? ''}"])`)).waitFor();
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await page.locator('.toast', { hasText: 'Taken back.' }).waitFor();
    await page.locator(`[aria-labelledby="${before ?? ''}"]`).waitFor();
  }, 60_000);
});
