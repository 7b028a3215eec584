import type { Locator, Page } from 'playwright-core';

import { Visitor } from '../../helpers/api.ts';
import { photoOf } from '../../helpers/fill-store.ts';
import { axeViolations, outOfReach, PHONE, usePages, type Pages } from '../../helpers/pages.ts';
import { fillPeopleToCorrect } from '../../helpers/people-to-correct.ts';

let pages: Pages;

const toast = (page: Page, text: string | RegExp): Locator =>
  page.locator('.toast', { hasText: text });
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).first().click();
const visit = async (page: Page, place: string): Promise<void> => {
  await page.goto(`${pages.worker.address}/people/${place}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};
/** By the keyboard, since the bar of chosen faces may be over the next one. */
const tick = async (page: Page, faceIds: readonly string[]): Promise<void> => {
  for (const faceId of faceIds) {
    const link = page.locator(`a[href*="face=${faceId}"]`);
    const face = page.getByRole('listitem').filter({ has: link });
    await face.getByRole('checkbox').press('Space');
  }
  await page.getByText(/faces? chosen/).waitFor();
};
const chooseFaces = async (
  page: Page,
  person: string,
  faceIds: readonly string[],
): Promise<void> => {
  await visit(page, `person/${person}`);
  await tick(page, faceIds);
};
const TWO = ['ada-1', 'ada-3'];
const correct = async (correction: object): Promise<string> => {
  const visitor = await new Visitor(pages.worker.address).arrive();
  const answer = await visitor.post('/api/corrections', { correction });
  return (answer.json as { fact: { factId: string } }).fact.factId;
};
const dialog = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('dialog', { name }).waitFor();
const pick = async (page: Page, name: string): Promise<void> => {
  const search = page.getByRole('dialog').getByRole('searchbox');
  await search.fill(name);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(`^${name} `) })
    .click();
};
const undo = async (page: Page, text: string | RegExp): Promise<void> => {
  await toast(page, text).getByRole('button', { name: 'Undo' }).click();
  await toast(page, 'Undone.').last().waitFor();
};
const openMerge = async (page: Page): Promise<void> => {
  await visit(page, 'person/ada');
  await press(page, 'Merge with…');
  await dialog(page, 'Who is the same person as Ada?');
};
const openReviewOf = async (page: Page, question: string): Promise<void> => {
  await visit(page, 'review');
  await page.locator('.review-card', { hasText: question }).waitFor();
};

/** Everything that opens over a page or is added to it: how to open it, and how to leave it as it was. */
const OPENINGS: readonly {
  readonly what: string;
  readonly open: (page: Page) => Promise<void>;
  readonly leave?: (page: Page) => Promise<void>;
}[] = [
  { what: 'faces chosen', open: (page) => chooseFaces(page, 'ada', TWO) },
  {
    what: 'faces chosen, with a message',
    open: async (page) => {
      await visit(page, 'person/ada');
      await press(page, 'Hide');
      await toast(page, 'Hidden from People.').waitFor();
      await tick(page, TWO);
    },
    leave: (page) => undo(page, 'Hidden from People.'),
  },
  {
    what: 'whose the faces are',
    open: async (page) => {
      await chooseFaces(page, 'ada', TWO);
      await press(page, 'Someone else…');
      await dialog(page, 'Who is on these 2 faces?');
      await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    },
  },
  {
    what: 'why faces are left out',
    open: async (page) => {
      await chooseFaces(page, 'ada', TWO);
      await press(page, 'Leave out…');
      await dialog(page, 'Leave 2 faces out?');
    },
  },
  {
    what: 'who is the same person',
    open: async (page) => {
      await openMerge(page);
      await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    },
  },
  {
    what: 'a merge before it is made',
    open: async (page) => {
      await openMerge(page);
      await page.getByLabel('Only people without a name').check();
      await page
        .getByRole('button', { name: /^No name yet/ })
        .first()
        .click();
      await page.getByText('1 face on 1 photo will go over.').waitFor();
    },
  },
  {
    what: 'which name stays, of two who stand together',
    open: async (page) => {
      await openMerge(page);
      await pick(page, 'Bo');
      await page.getByText('Which name should stay?').waitFor();
      await page.getByText('They stand together on 1 photo').waitFor();
    },
  },
  {
    what: 'deleting',
    open: async (page) => {
      await visit(page, 'person/ada');
      await press(page, 'Delete…');
      await dialog(page, 'Delete Ada?');
    },
  },
  {
    what: 'somebody who is on this photo already',
    open: async (page) => {
      await visit(page, `photo/${photoOf('ada-4')}?face=ada-4`);
      await press(page, 'Someone else…');
      await pick(page, 'Bo');
      await dialog(page, 'Bo is on this photo already');
    },
  },
  {
    what: 'a new person who would be twice on a photo',
    open: async (page) => {
      // Who was two again meanwhile.
      const merge = { kind: 'people-merged', from: 'bo', into: 'ada', name: 'Ada' };
      const factId = await correct(merge);
      await chooseFaces(page, 'ada', ['ada-4', 'bo-1']);
      await correct({ kind: 'undone', factId });
      await press(page, 'New person');
      await dialog(page, 'Some of these faces are on the same photo');
    },
  },
  {
    what: 'what others changed meanwhile',
    open: async (page) => {
      await visit(page, 'person/bo');
      await correct({ kind: 'person-named', personId: 'bo', name: 'Boris' });
      await press(page, 'Change the name');
      await page.getByRole('combobox', { name: 'Name' }).fill('Bob');
      await press(page, 'Save');
      await dialog(page, 'This was changed meanwhile');
    },
    leave: async (page) => {
      await press(page, 'Leave it as it is now');
      await correct({ kind: 'person-named', personId: 'bo', name: 'Bo' });
    },
  },
  {
    what: 'a face of a photo with all that is known of it',
    open: async (page) => {
      await visit(page, `photo/${photoOf('eve-2')}`);
      await page.getByText('How was this decided?').click();
      await page.getByText('How sure that it is a face').waitFor();
    },
  },
  {
    what: 'a message with all that it may offer',
    open: async (page) => {
      await chooseFaces(page, 'ada', ['ada-2']);
      await press(page, 'New person');
      await toast(page, '1 other face would now go to somebody else.').waitFor();
      await page.getByRole('link', { name: 'Name them' }).waitFor();
    },
    leave: (page) => undo(page, '1 face made a new person.'),
  },
  {
    what: 'a message of what went wrong',
    open: async (page) => {
      await visit(page, 'who');
      await page.getByLabel('Choose a picture').setInputFiles({
        ...{ name: 'letter.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') },
      });
      await page.locator('.toast.bad').waitFor();
    },
  },
  {
    what: 'photos that failed',
    open: async (page) => {
      await visit(page, 'status');
      await page.getByText('PHOTO_NOT_AN_IMAGE').waitFor();
    },
  },
  {
    what: 'two who may be one',
    open: (page) => openReviewOf(page, 'Is this the same person?'),
  },
  {
    what: 'a face in doubt',
    open: async (page) => {
      await openReviewOf(page, 'Is this the same person?');
      await page.keyboard.press('s');
      await page.locator('.review-card', { hasText: 'Is this Eve?' }).waitFor();
      await toast(page, 'Skipped for now.').waitFor();
    },
    leave: async (page) => {
      await page.keyboard.press('u');
      await page.locator('.review-card', { hasText: 'Is this the same person?' }).waitFor();
    },
  },
];

describe('what opens over the pages', () => {
  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fillPeopleToCorrect, environment: { TIDY_EVERY_MILLIS: '0', VISION_CHILDREN: '1' } },
  );

  beforeAll(async () => {
    const failed = await fetch(`${pages.worker.address}/photos`, {
      ...{ method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: 'no photo at all' },
    });
    expect(failed.status).toBe(422);
  }, 60_000);

  test.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['a phone', PHONE],
    ['a phone in the dark', { ...PHONE, colorScheme: 'dark' }],
  ] as const)(
    'is right for axe, and within reach (%s)',
    async (_name, context) => {
      // Colours on their way are no colours to judge.
      const page = await pages.open('/people', { ...context, reducedMotion: 'reduce' });
      for (const { what, open, leave } of OPENINGS) {
        await open(page);
        expect([what, await axeViolations(page)]).toEqual([what, []]);
        expect([what, await outOfReach(page)]).toEqual([what, []]);
        await leave?.(page);
      }
      await page.context().close();
      // The browser tells of the conflict and of the picture that is none.
      const expected = /409 \(Conflict\)|422/;
      expect(pages.takeComplaints().filter((line) => !expected.test(line))).toEqual([]);
    },
    240_000,
  );
});
