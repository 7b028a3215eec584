import type { Locator, Page } from 'playwright-core';

import { usePages, type Pages } from '../../helpers/pages.ts';

interface Person {
  readonly personId: string;
  readonly faces: number;
}

const people = async (pages: Pages, query = ''): Promise<readonly Person[]> => {
  const answer = await fetch(`${pages.worker.address}/api/people?show=known${query}`);
  return ((await answer.json()) as { items: Person[] }).items;
};
const tiles = (page: Page): Locator =>
  page.getByRole('list', { name: 'People' }).getByRole('listitem');

describe('a tab that stays open', () => {
  let pages: Pages;
  usePages(
    (opened) => {
      pages = opened;
    },
    { environment: { VISION_CHILDREN: '1' } },
  );

  test('shows who is found later, and who was found while another view was open', async () => {
    const page = await pages.open('/people');
    await page.getByText('No faces found yet').waitFor();
    await pages.look();
    await tiles(page).first().waitFor();
    const before = await tiles(page).count();

    await page.getByRole('link', { name: 'Status' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Status' }).waitFor();
    await pages.look({ count: 3 });
    // Longer than a list counts as fresh.
    await page.waitForTimeout(3100);
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await tiles(page).nth(before).waitFor();
    expect(await tiles(page).count()).toBe((await people(pages)).length);
    await page.context().close();
  }, 60_000);

  test('says in plain words that a person has no faces left', async () => {
    const [single] = (await people(pages)).filter(({ faces }) => faces === 1);
    const page = await pages.open(`/people/person/${single?.personId ?? ''}`);
    await page.getByRole('list', { name: 'Faces' }).getByRole('checkbox').first().check({
      force: true,
    });
    await page.getByRole('button', { name: 'New person' }).click();
    await page.getByRole('heading', { name: 'Nobody left here' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Faces 1', exact: true }).waitFor();
    // The browser tells of the person who is not there.
    expect(pages.takeComplaints().filter((one) => !one.includes('404'))).toEqual([]);
    await page.context().close();
  }, 60_000);

  test('keeps what is being typed when it is seen again before its network is back', async () => {
    const [person] = await people(pages);
    const page = await pages.open(`/people/person/${person?.personId ?? ''}`);
    const seenAgain = (): Promise<void> =>
      page.evaluate("void document.dispatchEvent(new Event('visibilitychange'))");
    const field = page.getByRole('combobox', { name: 'Name' });
    await page.getByRole('button', { name: 'Add a name' }).click();
    await field.fill('Evelyn');
    await page.context().setOffline(true);
    await seenAgain();
    await page.waitForTimeout(1000);
    expect(await field.inputValue()).toBe('Evelyn');
    const answered = page.waitForResponse((answer) => answer.url().includes('/api/people/'));
    await page.context().setOffline(false);
    // By itself.
    expect((await answered).status()).toBe(200);
    expect(await field.inputValue()).toBe('Evelyn');
    const unexpected = (one: string): boolean => !one.includes('ERR_INTERNET_DISCONNECTED');
    expect(pages.takeComplaints().filter(unexpected)).toEqual([]);
    await page.context().close();
  }, 60_000);

  test('goes on after the worker was started again', async () => {
    const [person] = await people(pages);
    const page = await pages.open(`/people/person/${person?.personId ?? ''}`);
    await page.getByRole('button', { name: 'Add a name' }).waitFor();
    await pages.restart();
    await page.getByRole('button', { name: 'Add a name' }).click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Ada');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'This is Ada now.' }).waitFor();
    const unexpected = (one: string): boolean =>
      !/403|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE/.test(one);
    expect(pages.takeComplaints().filter(unexpected)).toEqual([]);
    await page.context().close();
  }, 60_000);

  test('a search ends where the link to everyone is followed', async () => {
    const page = await pages.open('/people');
    await page.getByRole('searchbox').fill('Ada');
    await page.getByText('1 person called something like “Ada”').waitFor();
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await page.getByText(`${(await people(pages)).length} people`, { exact: true }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
    await page.context().close();
  }, 60_000);

  test('two are chosen to be seen together, one of them without a name', async () => {
    const page = await pages.open('/people/together');
    for (const isUnnamed of [false, true]) {
      await page.getByRole('button', { name: 'Add a person' }).click();
      await page.getByLabel('Only people without a name').setChecked(isUnnamed);
      const choices = page.getByRole('dialog').getByRole('list').getByRole('button');
      await (isUnnamed ? choices : choices.filter({ hasText: 'Ada' })).first().click();
    }
    await page.waitForURL(/person=.+person=/);
    await page.context().close();
  }, 60_000);
});

describe('a tab of who sees several owners', () => {
  let pages: Pages;
  usePages(
    (opened) => {
      pages = opened;
    },
    { environment: { VISION_CHILDREN: '1' } },
  );

  test('stays with the owner chosen, in links and when it is loaded again', async () => {
    for (const ownerId of ['ada', 'bob']) await pages.look({ ownerId });
    const page = await pages.open('/people');
    await page.getByLabel('Whose photos').selectOption('bob');
    await page.waitForURL(/owner=bob/);
    await tiles(page).first().waitFor();
    await tiles(page).first().getByRole('link').first().click();
    await page.getByRole('button', { name: 'Add a name' }).waitFor();
    const [person] = await people(pages, '&owner=bob');
    expect(page.url()).toMatch(/owner=bob/);
    await page.reload();
    await page.getByRole('button', { name: 'Add a name' }).waitFor();
    expect(await page.getByLabel('Whose photos').inputValue()).toBe('bob');
    expect(person).toBeDefined();
    await page.context().close();
  }, 60_000);

  test('is told what another changed of that owner, and may go on', async () => {
    const [person] = await people(pages, '&owner=bob');
    const place = `/people/person/${person?.personId ?? ''}?owner=bob`;
    const [first, second] = [await pages.open(place), await pages.open(place)];
    for (const [page, name] of [
      [first, 'Bobby'],
      [second, 'Robert'],
    ] as const) {
      await page.getByRole('button', { name: /^(Add a|Change the) name$/ }).click();
      await page.getByRole('combobox', { name: 'Name' }).fill(name);
    }
    await first.getByRole('button', { name: 'Save' }).click();
    await first.locator('.toast', { hasText: 'This is Bobby now.' }).waitFor();
    await second.getByRole('button', { name: 'Save' }).click();
    await second.getByRole('button', { name: 'Do mine all the same' }).click();
    await second.locator('.toast', { hasText: 'This is Robert now.' }).waitFor();
    expect(pages.takeComplaints().filter((one) => !one.includes('409'))).toEqual([]);
    await first.context().close();
    await second.context().close();
  }, 60_000);
});
