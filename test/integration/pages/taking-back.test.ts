import type { Locator, Page } from 'playwright-core';

import { Visitor } from '../../helpers/api.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';
import { fillPeopleToCorrect } from '../../helpers/people-to-correct.ts';

interface Entry {
  readonly describe: string;
  readonly fact: { readonly body: { readonly from: string } };
}

describe('what was done is taken back, and done again', () => {
  let pages: Pages;
  let visitor: Visitor;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fillPeopleToCorrect },
  );
  beforeAll(async () => {
    visitor = await new Visitor(pages.worker.address).arrive();
  });

  const toast = (page: Page, text: string): Locator => page.locator('.toast', { hasText: text });
  const press = async (
    page: Page,
    [from, button]: [string, string],
    then: string,
  ): Promise<void> => {
    await toast(page, from).last().getByRole('button', { name: button }).click();
    await toast(page, then).last().waitFor();
  };
  /** What another browser says meanwhile. */
  const correct = async (correction: object): Promise<void> => {
    expect((await visitor.post('/api/corrections', { correction })).status).toBe(200);
  };
  const history = async (): Promise<readonly Entry[]> =>
    ((await visitor.get('/api/history')).json as { items: Entry[] }).items;
  const nameOf = async (personId: string): Promise<unknown> =>
    ((await visitor.get(`/api/people/${personId}`)).json as { person: { name: unknown } }).person
      .name;
  /** Somebody without a name becomes one with the person; answers who. */
  const mergeWith = async (page: Page, place: number): Promise<string> => {
    await page.getByRole('button', { name: 'Merge with…' }).click();
    await page.getByRole('checkbox', { name: 'Only people without a name' }).check();
    await page.locator('.choice').nth(place).click();
    await page.getByRole('button', { name: 'Yes, make them one' }).click();
    await toast(page, 'Now one person').last().waitFor();
    return (await history())[0]?.fact.body.from ?? '';
  };
  const conflict = (page: Page): Locator =>
    page.getByRole('dialog', { name: 'This was changed meanwhile' });
  /** The browser tells of every refused request. */
  const allowRefusals = (): void => {
    expect(pages.takeComplaints().filter((line) => !line.includes('409'))).toEqual([]);
  };

  test('the message of a redo says so, and offers Undo', async () => {
    const page = await pages.open('/people/person/eve');
    await page.getByRole('button', { name: 'Hide' }).click();
    await press(page, ['Hidden from People.', 'Undo'], 'Undone.');
    await press(page, ['Undone.', 'Redo'], 'Done again.');
    await press(page, ['Done again.', 'Undo'], 'Undone.');
    await page.getByRole('button', { name: 'Hide', exact: true }).waitFor();
    await page.goto(`${pages.worker.address}/people/history`);
    await page.getByRole('button', { name: 'Redo: undid: undid: undid: hid Eve' }).click();
    await page.getByRole('button', { name: /^Undo: (undid: ){4}hid Eve$/ }).waitFor();
    await press(page, ['Done again.', 'Undo'], 'Undone.');
    await page.context().close();
  }, 60_000);

  test('merging again two who both have a name by now asks which one stays', async () => {
    const page = await pages.open('/people/person/bo');
    const from = await mergeWith(page, 0);
    await press(page, ['Now one person', 'Undo'], 'Undone.');
    await correct({ kind: 'person-named', personId: from, name: 'Xena' });
    await toast(page, 'Undone.').getByRole('button', { name: 'Redo' }).click();
    const dialog = page.getByRole('dialog', { name: 'Same person?' });
    await dialog.getByRole('radio', { name: 'Xena' }).waitFor();
    expect([await nameOf('bo'), await nameOf(from)]).toEqual(['Bo', 'Xena']);
    await dialog.getByRole('radio', { name: 'Bo' }).check();
    await dialog.getByRole('button', { name: 'Yes, make them one' }).click();
    await toast(page, 'Done again.').waitFor();
    expect([await nameOf('bo'), await nameOf(from)]).toEqual(['Bo', 'Bo']);
    await press(page, ['Done again.', 'Undo'], 'Undone.');
    expect([await nameOf('bo'), await nameOf(from)]).toEqual(['Bo', 'Xena']);
    allowRefusals();
    await page.context().close();
  }, 60_000);

  test.each([
    [
      'a message',
      (page: Page) => toast(page, 'Now one person').getByRole('button', { name: 'Undo' }),
    ],
    ['the history', (page: Page) => page.getByRole('button', { name: /^Undo: merged/ }).first()],
  ])(
    'who was named meanwhile is told of before %s undoes it',
    async (where, button) => {
      const page = await pages.open('/people/person/left');
      await mergeWith(page, 0);
      if (where === 'the history') {
        await page.getByRole('navigation', { name: 'Pages' }).getByText('History').click();
        await button(page).waitFor();
      }
      await correct({ kind: 'person-named', personId: 'left', name: `Zoe of ${where}` });
      await button(page).click();
      await conflict(page).getByText(`Named a person Zoe of ${where}`).waitFor();
      await conflict(page).getByRole('button', { name: 'Leave it as it is now' }).click();
      expect((await history())[0]?.describe).toBe(`named a person Zoe of ${where}`);
      await correct({ kind: 'person-named', personId: 'left', name: null });
      allowRefusals();
      await page.context().close();
    },
    60_000,
  );

  test('what the same page did since is no question', async () => {
    const page = await pages.open('/people/person/right');
    await mergeWith(page, 0);
    await mergeWith(page, 1);
    await toast(page, 'Now one person').first().getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Undone.').waitFor();
    expect(await conflict(page).count()).toBe(0);
    allowRefusals();
    await page.context().close();
  }, 60_000);
});
