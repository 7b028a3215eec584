import type { Locator, Page } from 'playwright-core';

import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { axeViolations, usePages, type Pages } from '../../helpers/pages.ts';
import { makeFaceRecord, makePhotoRecord, unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt } from '../../helpers/seen.ts';

const CROWD_PHOTOS = 500;
const LONGER_THAN_A_MESSAGE_MILLIS = 13_000;
const OF_CROWD = 'owner-of-a-crowd';

interface Put {
  readonly faceId: string;
  readonly personId: string;
  readonly descriptor: Float32Array;
  /** Who else the face came near to when it was decided. */
  readonly near?: string;
}

/** A face that nobody is near to, but for `near`, who is a little too far away. */
function faceOf({ faceId, personId, descriptor, near }: Put): ReturnType<typeof makeFaceRecord> {
  const { explanation } = makeFaceRecord();
  const candidates = explanation.candidates.map((candidate) => ({
    ...candidate,
    ...{ personId: near ?? '', basePersonId: near ?? '', nearestFaceId: `${near ?? ''}-1` },
    ...{ evidenceDistance: 0.38, limitDistance: 0.35 },
  }));
  return makeFaceRecord({
    ...{ faceId, personId, descriptor, quality: { value: 0.9, reasons: [] } },
    explanation: { ...explanation, candidates: near === undefined ? [] : candidates },
  });
}

/** Somebody with a face taken for theirs that is a child's, and a second one of the child. */
function withChild(name: string, seed: number): Put[] {
  const grown = unitDescriptor(seed);
  const child = descriptorAt(grown, 0.34, seed + 1);
  const faces = [grown, child, descriptorAt(child, 0.1, seed + 2)];
  return faces.map((descriptor, i) => ({
    ...{ faceId: `${name}-${i + 1}`, personId: name, descriptor },
  }));
}

/** Strangers who came near to somebody with a child, on as many photos as are decided again at most. */
function crowd(): Put[][] {
  const strangers = Array.from({ length: CROWD_PHOTOS }, (_, photo) =>
    Array.from({ length: 8 }, (_none, i) => {
      const faceId = `stranger-${photo}-${i}`;
      const descriptor = unitDescriptor(1000 + photo * 10 + i);
      return { faceId, personId: faceId, descriptor, near: 'cy' };
    }),
  );
  return [...withChild('cy', 50).map((put) => [put]), ...strangers];
}

async function fill(dataDir: string): Promise<void> {
  const alike = unitDescriptor(30);
  const faces: Put[] = [
    ...withChild('ada', 10),
    ...withChild('bo', 20),
    ...withChild('dee', 60),
    { faceId: 'left-1', personId: 'left', descriptor: alike },
    {
      ...{ faceId: 'right-1', personId: 'right', near: 'left' },
      descriptor: descriptorAt(alike, 0.345, 31),
    },
    { faceId: 'kid-1', personId: 'kid', descriptor: unitDescriptor(40) },
  ];
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  const owners = { default: faces.map((put) => [put]), [OF_CROWD]: crowd() };
  for (const [ownerId, photos] of Object.entries(owners)) {
    for (const [i, puts] of photos.entries()) {
      const assetId = `photo-of-${puts[0]?.faceId ?? ''}`;
      const photo = { ownerId, assetId, path: null, sequence: i + 1, runId: assetId };
      await store.commitPhoto(makePhotoRecord({ ...photo, faces: puts.map(faceOf) }), null);
      await store.markPublished(ownerId, assetId, 1);
    }
  }
  await store.close();
}

describe('what corrections teach', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fill },
  );

  const toast = (page: Page, text: string | RegExp): Locator =>
    page.locator('.toast', { hasText: text });
  const undo = async (page: Page, text: string | RegExp): Promise<void> => {
    await toast(page, text).getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Undone.').first().waitFor();
  };
  const faceCount = (page: Page, count: number): Promise<void> =>
    page.getByRole('link', { name: `Faces ${count}`, exact: true }).waitFor();
  const whose = async (faceId: string): Promise<string | null> => {
    const answer = await fetch(`${pages.worker.address}/api/photos/photo-of-${faceId}`);
    const { faces } = (await answer.json()) as { faces: { personId: string | null }[] };
    return faces[0]?.personId ?? null;
  };
  const history = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${pages.worker.address}/api/history?limit=500`);
    const { items } = (await answer.json()) as { items: { describe: string }[] };
    return items.map(({ describe }) => describe);
  };
  const questions = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${pages.worker.address}/api/review?limit=500`);
    const { items } = (await answer.json()) as {
      items: { kind: string; people: { personId: string }[] }[];
    };
    return items.map(({ kind, people }) =>
      [kind, ...people.map(({ personId }) => personId).sort()].join(' '),
    );
  };

  test('from a person: one face made somebody new, and the one like it follows when asked', async () => {
    const page = await pages.open('/people/person/ada');
    await faceCount(page, 3);
    await page.locator('a[href*="ada-2"]').first().waitFor();
    await page
      .getByRole('listitem')
      .filter({ has: page.locator('a[href*="ada-2"]') })
      .getByRole('checkbox')
      .check({ force: true });
    await page.getByRole('button', { name: 'New person' }).click();
    const learned = toast(page, '1 other face would now go to somebody else.');
    await learned.waitFor();
    await faceCount(page, 2);
    expect(await whose('ada-3')).toBe('ada');
    await learned.getByRole('button', { name: 'Apply' }).click();
    await toast(page, 'Looking at 1 photo again.').waitFor();
    await pages.worker.logged('1 face: 1 known');
    expect(await whose('ada-3')).toBe(await whose('ada-2'));
    expect(await whose('ada-3')).not.toBe('ada');
    await faceCount(page, 1);
  }, 60_000);

  test('an offer stays until it is put away, and is found under Status after that', async () => {
    const page = await pages.open('/people/photo/photo-of-dee-2');
    await page.getByRole('button', { name: 'New person' }).click();
    const offer = toast(page, '1 other face would now go to somebody else.');
    await offer.waitFor();
    await page.waitForTimeout(LONGER_THAN_A_MESSAGE_MILLIS);
    await offer.getByRole('button', { name: 'Close message' }).click();
    for (const view of ['History', 'Status']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByText(view).click();
      await page.getByText('1 other face would now go to somebody else.').waitFor();
    }
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply' }).click();
    await toast(page, 'Looking at 1 photo again.').waitFor();
    await page.getByText('1 other face would now go').waitFor({ state: 'detached' });
    await page.context().close();
  }, 60_000);

  test('what takes long to count is offered once it is counted, and not asked for while nobody looks', async () => {
    const page = await pages.open(`/people/photo/photo-of-cy-2?owner=${OF_CROWD}`);
    const turn = (state: 'hidden' | 'visible'): Promise<void> =>
      page.evaluate(`{
        Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' });
        document.dispatchEvent(new Event('visibilitychange'));
      }`);
    const asked: string[] = [];
    page.on('request', (one) => {
      if (one.method() === 'GET' && one.url().includes('/api/reapply')) asked.push(one.url());
    });
    await page.getByRole('button', { name: 'New person' }).waitFor();
    await turn('hidden');
    await page.getByRole('button', { name: 'New person' }).click();
    await toast(page, '1 face made a new person.').waitFor();
    // Longer than until the first look.
    await page.waitForTimeout(2500);
    expect(asked).toEqual([]);
    await turn('visible');
    await toast(page, '1 other face would now go to somebody else').waitFor();
    await page.context().close();
  }, 60_000);

  test('from a photo: the offer is taken back with the correction, when it was not taken up', async () => {
    const page = await pages.open('/people/photo/photo-of-bo-2');
    await page.getByRole('button', { name: 'New person' }).click();
    await toast(page, '1 other face would now go to somebody else.').waitFor();
    expect(await whose('bo-2')).not.toBe('bo');
    expect(await whose('bo-3')).toBe('bo');
    await undo(page, '1 face made a new person.');
    expect(await whose('bo-2')).toBe('bo');
    expect(await toast(page, 'Undone.').textContent()).not.toContain('would now');
  }, 60_000);

  test.each([
    ['Not this person', '2 faces will never be taken for this person again.', 'said that 2 faces'],
    ['Leave out…', '2 faces left out.', 'ignored 2 faces: It is not a face'],
  ])(
    'several faces at once: “%s” is one line of the history, and taken back as one',
    async (button, said, told) => {
      const page = await pages.open('/people/person/bo');
      await faceCount(page, 3);
      const before = await history();
      const boxes = page.getByRole('list', { name: 'Faces' }).getByRole('checkbox');
      for (const index of [0, 1]) await boxes.nth(index).check({ force: true });
      await page.getByRole('button', { name: button }).click();
      if (button.endsWith('…')) {
        await page.getByRole('dialog').getByRole('button', { name: 'Leave out' }).click();
      }
      await toast(page, said).waitFor();
      await faceCount(page, 1);
      expect(await history()).toEqual([expect.stringContaining(told), ...before]);
      await undo(page, said);
      await faceCount(page, 3);
      expect(await history()).toHaveLength(before.length + 2);
      await page.context().close();
    },
    60_000,
  );

  test('“Different” is for ever: neither shown nor asked again, until it is undone', async () => {
    const asked = 'proposed-merge left right';
    expect(await questions()).toContain(asked);
    const page = await pages.open('/people/person/right');
    const alike = page.getByRole('region', { name: 'Could be the same person' });
    await alike.getByRole('button', { name: 'Different from someone without a name' }).click();
    await toast(page, 'Two different people, noted for ever.').waitFor();
    await alike.waitFor({ state: 'detached' });
    expect(await questions()).not.toContain(asked);
    await page.reload();
    await page.getByRole('link', { name: 'Faces 1', exact: true }).waitFor();
    expect(await alike.count()).toBe(0);
    await page.getByRole('navigation', { name: 'Pages' }).getByText('History').click();
    await page
      .getByRole('listitem')
      .filter({ has: page.getByText(/^Told .* apart$/) })
      .getByRole('button', { name: /^Undo/ })
      .click();
    await toast(page, 'Undone.').waitFor();
    await page.goBack();
    await alike.waitFor();
    expect(await questions()).toContain(asked);
  }, 60_000);

  test('a face goes to somebody whom another browser renamed meanwhile, without a word', async () => {
    const early = await pages.open('/people/person/kid?edit=name');
    const late = await pages.open('/people/person/bo');
    await faceCount(late, 3);
    await early.getByRole('combobox', { name: 'Name' }).fill('Charlie');
    await early.getByRole('button', { name: 'Save' }).click();
    await toast(early, 'This is Charlie now.').waitFor();
    await late.getByRole('checkbox').first().check({ force: true });
    await late.getByRole('button', { name: 'Someone else…' }).click();
    await late.getByRole('dialog').getByRole('searchbox').fill('Char');
    await late
      .getByRole('dialog')
      .getByRole('button', { name: /Charlie/ })
      .click();
    await toast(late, '1 face moved to Charlie.').waitFor();
    await faceCount(late, 2);
  }, 60_000);
});
