import type { Locator, Page } from 'playwright-core';

import { Visitor } from '../../helpers/api.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';

interface Person {
  readonly personId: string;
  readonly name: string | null;
  readonly faces: number;
}

describe('what can be corrected on the pages', () => {
  let pages: Pages;

  usePages((opened) => {
    pages = opened;
  });

  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${pages.worker.address}/api/${path}`);
    return (await answer.json()) as T;
  };
  const everyone = async (show = 'known'): Promise<readonly Person[]> =>
    (await ask<{ items: Person[] }>(`people?show=${show}`)).items;
  /** Somebody with two faces whom no test has named. */
  const somebody = async (number: number): Promise<Person> => {
    const found = (await everyone('unnamed')).filter(({ faces }) => faces === 2)[number];
    if (found === undefined) throw new Error(`expected ${number + 1} people with two faces`);
    return found;
  };
  const photosOf = async ({ personId }: Person): Promise<readonly string[]> => {
    const { items } = await ask<{ items: { assetId: string }[] }>(`people/${personId}/photos`);
    return items.map(({ assetId }) => assetId);
  };
  /** Likewise, on none of the person's photos. */
  const somebodyElsewhere = async (person: Person): Promise<Person> => {
    const there = await photosOf(person);
    for (const other of (await everyone('unnamed')).filter(({ faces }) => faces === 2)) {
      if ((await photosOf(other)).every((photo) => !there.includes(photo))) return other;
    }
    throw new Error('expected somebody with two faces on other photos');
  };
  const openPerson = (person: Person): Promise<Page> =>
    pages.open(`/people/person/${person.personId}`);
  const nameIn = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: /^(Add a|Change the) name$/ }).click();
    await page.getByRole('combobox', { name: 'Name' }).fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await toast(page, `This is ${name} now.`).waitFor();
  };
  const name = async (person: Person, as: string): Promise<void> => {
    const page = await openPerson(person);
    await nameIn(page, as);
    await page.context().close();
  };
  const toast = (page: Page, text: string | RegExp): Locator =>
    page.locator('.toast', { hasText: text });
  const undo = async (page: Page, text: string | RegExp): Promise<void> => {
    await toast(page, text).getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Undone.').first().waitFor();
  };
  const heading = (page: Page, text: string): Locator =>
    page.getByRole('heading', { level: 1, name: text });
  const faces = (page: Page): Locator =>
    page.getByRole('list', { name: 'Faces' }).getByRole('listitem');
  const tickFirst = (page: Page): Promise<void> =>
    faces(page).first().getByRole('checkbox').check({ force: true });
  const expectFaces = async (page: Page, count: number): Promise<void> => {
    await page.getByRole('link', { name: `Faces ${count}`, exact: true }).waitFor();
    if (count > 0)
      await faces(page)
        .nth(count - 1)
        .waitFor();
    expect(await faces(page).count()).toBe(count);
  };

  test('a name, another one, and each taken back', async () => {
    const page = await openPerson(await somebody(0));
    await nameIn(page, 'Ada');
    await nameIn(page, 'Ada Lovelace');
    await heading(page, 'Ada Lovelace').waitFor();
    await undo(page, 'This is Ada Lovelace now.');
    await heading(page, 'Ada').waitFor();
    await undo(page, 'This is Ada now.');
    await heading(page, 'No name yet').waitFor();
  }, 60_000);

  test('two people may have one name', async () => {
    const [first, second] = [await somebody(0), await somebody(1)];
    await name(first, 'Grace Hopper');
    const page = await openPerson(second);
    await page.getByRole('button', { name: 'Add a name' }).click();
    // Faster than names are suggested.
    const giveTheName = async (): Promise<void> => {
      await page.getByRole('combobox', { name: 'Name' }).fill('Grace Hopper');
      await page.keyboard.press('Enter');
    };
    await giveTheName();
    await page.getByText('go over').waitFor();
    await page.getByRole('button', { name: 'No, they are different' }).click();
    await heading(page, 'Grace Hopper').waitFor();
    await undo(page, 'This is Grace Hopper now.');

    const visitor = await new Visitor(pages.worker.address).arrive();
    const pair = { personA: first.personId, personB: second.personId };
    await visitor.post('/api/corrections', { correction: { kind: 'people-distinct', ...pair } });
    await page.getByRole('button', { name: 'Add a name' }).click();
    await giveTheName();
    await page.getByRole('alert').getByText('which has to be taken back first').waitFor();
    await page.getByRole('button', { name: 'No, they are different' }).click();
    await heading(page, 'Grace Hopper').waitFor();
    await undo(page, 'This is Grace Hopper now.');
    await page.context().close();
    // The browser tells of the preview that was refused.
    expect(pages.takeComplaints().filter((line) => !line.includes('422'))).toEqual([]);
  }, 60_000);

  test('two people become one, asked which name stays, and are parted again', async () => {
    const [first, second] = [await somebody(0), await somebody(1)];
    await name(first, 'Grace');
    await name(second, 'Amazing Grace');
    const page = await openPerson(first);
    await page.getByRole('button', { name: 'Merge with…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill('amaz');
    await dialog.getByRole('button', { name: /Amazing Grace/ }).click();
    await dialog.getByText('2 faces on 2 photos will go over.').waitFor();
    await dialog.getByRole('radio', { name: 'Amazing Grace' }).check();
    await dialog.getByRole('button', { name: 'Yes, make them one' }).click();
    await toast(page, 'Now one person: Amazing Grace.').waitFor();
    await heading(page, 'Amazing Grace').waitFor();
    await expectFaces(page, 4);
    await page.getByRole('button', { name: 'Separate again' }).click();
    await expectFaces(page, 2);
    await heading(page, 'Grace').waitFor();

    await page.getByRole('button', { name: 'Change the name' }).click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Amazing Grace');
    await page.locator('datalist option').first().waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Which name should stay?').waitFor();
    await dialog.getByRole('button', { name: 'No, they are different' }).click();
    await heading(page, 'Grace').waitFor();
  }, 60_000);

  test('a face becomes a new person, moves to another, and comes back', async () => {
    const person = await somebody(0);
    const other = await somebodyElsewhere(person);
    await name(other, 'Hedy');
    const page = await openPerson(person);
    await expectFaces(page, 2);
    await tickFirst(page);
    await page.getByRole('button', { name: 'New person' }).click();
    const made = toast(page, '1 face made a new person.');
    await made.getByRole('link', { name: 'Name them' }).waitFor();
    await expectFaces(page, 1);
    await undo(page, '1 face made a new person.');
    await expectFaces(page, 2);

    await tickFirst(page);
    await page.getByRole('button', { name: 'Someone else…' }).click();
    await page.getByRole('dialog').getByRole('searchbox').fill('Hed');
    await page.getByRole('dialog').getByRole('button', { name: /Hedy/ }).click();
    await toast(page, '1 face moved to Hedy.').waitFor();
    await expectFaces(page, 1);
    await undo(page, '1 face moved to Hedy.');
    await expectFaces(page, 2);
  }, 60_000);

  test('two faces of one photo become one person only after a word about it', async () => {
    const photo = await ask<{ faces: Record<'faceId' | 'personId', string>[] }>(
      'photos/sample1.jpg',
    );
    const [face, other] = photo.faces;
    await name({ personId: other?.personId ?? '', name: null, faces: 1 }, 'Mary');
    const page = await pages.open(`/people/person/${face?.personId ?? ''}`);
    await page.getByRole('button', { name: 'Merge with…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill('Mary');
    await dialog.getByRole('button', { name: /Mary/ }).click();
    await dialog.getByText(/^They stand together on \d+ photos?; two faces/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await page.goto(`${pages.worker.address}/people/photo/sample1.jpg?face=${face?.faceId ?? ''}`);
    const moveToMary = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Someone else…' }).click();
      await dialog.getByRole('searchbox').fill('Mary');
      await dialog.getByRole('button', { name: /Mary/ }).click();
      await dialog.getByRole('heading', { name: 'Mary is on this photo already' }).waitFor();
    };
    const before = await everyone();
    await moveToMary();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await everyone()).toEqual(before);
    await moveToMary();
    await dialog.getByRole('button', { name: 'Move all the same' }).click();
    await undo(page, '1 face moved to Mary.');
    expect(await everyone()).toEqual(before);
  }, 60_000);

  test('“not this person”, and “yes”', async () => {
    const page = await openPerson(await somebody(0));
    await expectFaces(page, 2);
    await tickFirst(page);
    await page.getByRole('button', { name: 'Not this person' }).click();
    await expectFaces(page, 1);
    await undo(page, /1 face will never be taken for this person again/);
    await expectFaces(page, 2);

    await tickFirst(page);
    await page.getByRole('button', { name: 'Yes, this person' }).click();
    await toast(page, '1 face confirmed.').waitFor();
    await page.getByTitle('You confirmed this face').waitFor();
    await undo(page, '1 face confirmed.');
    await page.getByTitle('You confirmed this face').waitFor({ state: 'detached' });
  }, 60_000);

  test('a face is left out with a reason, seen on its photo, and brought back', async () => {
    const page = await openPerson(await somebody(0));
    await tickFirst(page);
    await page.getByRole('button', { name: 'Leave out…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'It is a picture, statue or doll' }).check();
    await dialog.getByRole('button', { name: 'Leave out' }).click();
    await toast(page, '1 face left out.').waitFor();
    await expectFaces(page, 1);
    await page.getByRole('navigation', { name: 'Pages' }).getByText('History').click();
    await page.getByText(/Ignored a face: It is a picture/).waitFor();
    await page.getByRole('button', { name: /^Undo: ignored a face/ }).click();
    await page.getByText('Undone', { exact: true }).first().waitFor();
    await page.goBack();
    await expectFaces(page, 2);
  }, 60_000);

  test('somebody is hidden and shown again', async () => {
    const person = await somebody(0);
    const page = await openPerson(person);
    await page.getByRole('button', { name: 'Hide' }).click();
    await page.locator('.person-head .intro', { hasText: 'hidden from People' }).waitFor();
    expect((await everyone('hidden')).map(({ personId }) => personId)).toEqual([person.personId]);
    await page.getByRole('navigation', { name: 'Pages' }).getByText('People').click();
    await page.getByRole('link', { name: 'Hidden' }).click();
    await page.getByText('1 person', { exact: true }).waitFor();
    await page.getByRole('link', { name: /No name yet, 2 photos, hidden/ }).click();
    await page.getByRole('button', { name: 'Show again' }).click();
    await undo(page, 'Shown in People again.');
    await page.locator('.person-head .intro', { hasText: 'hidden from People' }).waitFor();
    await undo(page, 'Hidden from People.');
    await page.getByRole('button', { name: 'Hide' }).waitFor();
    expect(await everyone('hidden')).toEqual([]);
  }, 60_000);

  test('somebody is deleted and brought back', async () => {
    const before = (await everyone()).length;
    const page = await openPerson(await somebody(0));
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText(`${before - 1} people`, { exact: true }).waitFor();
    await undo(page, 'Someone without a name is deleted.');
    await page.getByText(`${before} people`, { exact: true }).waitFor();
  }, 60_000);

  test('of two browsers the later one is told, and nothing is overwritten', async () => {
    const person = await somebody(0);
    const [early, late] = [await openPerson(person), await openPerson(person)];
    await late.getByRole('button', { name: 'Add a name' }).waitFor();
    await nameIn(early, 'Barbara');
    await late.getByRole('button', { name: 'Add a name' }).click();
    await late.getByRole('combobox', { name: 'Name' }).fill('Rita');
    await late.getByRole('button', { name: 'Save' }).click();
    const dialog = late.getByRole('dialog', { name: 'This was changed meanwhile' });
    await dialog.getByText('Named a person Barbara').waitFor();
    expect((await everyone('named')).map((one) => one.name)).toContain('Barbara');
    await dialog.getByRole('button', { name: 'Leave it as it is now' }).click();
    await heading(late, 'Barbara').waitFor();
    expect((await everyone('named')).map((one) => one.name)).not.toContain('Rita');

    await nameIn(early, 'Barbara L.');
    await late.getByRole('button', { name: 'Change the name' }).click();
    await late.getByRole('combobox', { name: 'Name' }).fill('Rita');
    await late.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: 'Do mine all the same' }).click();
    await heading(late, 'Rita').waitFor();
    expect(pages.takeComplaints().filter((line) => !line.includes('409 (Conflict)'))).toEqual([]);
  }, 60_000);

  test('a photo that failed is listed with its reason, and tried again', async () => {
    const failed = await fetch(`${pages.worker.address}/photos`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: 'no photo at all',
    });
    expect(failed.status).toBe(422);
    const page = await pages.open('/people/status');
    const line = page.locator('.failure-line');
    await line.getByText('PHOTO_NOT_AN_IMAGE').waitFor();
    await line.getByRole('button', { name: /^Try again: / }).click();
    await toast(page, 'It will be tried again.').waitFor();
    await line.getByText('PATH_NOT_FOUND').waitFor();
    const board = page.getByRole('link', { name: 'All jobs in Bull Board' });
    expect(await board.getAttribute('href')).toBe('/queues');
  }, 60_000);

  test('photos of two together', async () => {
    const photo = await ask<{ faces: { personId: string }[] }>('photos/sample1.jpg');
    const [a, b] = photo.faces;
    const page = await pages.open(`/people/together?person=${a?.personId ?? ''}`);
    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByRole('dialog').getByRole('searchbox').waitFor();
    await page.keyboard.press('Escape');
    await page.goto(
      `${pages.worker.address}/people/together?person=${a?.personId ?? ''}&person=${b?.personId ?? ''}`,
    );
    await page
      .getByRole('link', { name: /^Photo of/ })
      .nth(1)
      .waitFor();
  }, 60_000);
});
