import type { Locator, Page } from 'playwright-core';

import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { axeViolations, usePages, type Pages } from '../../helpers/pages.ts';
import {
  makeFaceRecord,
  makeFact,
  makePhotoRecord,
  unitDescriptor,
} from '../../helpers/records.ts';
import { descriptorAt } from '../../helpers/seen.ts';

const { explanation } = makeFaceRecord();
const ada = unitDescriptor(1);

/** Ada on two photos, the second of them matched by the first; and Bo, who is alone. */
const FACES = [
  { faceId: 'ada-1', personId: 'ada', descriptor: ada, rule: 'new-person' },
  { faceId: 'ada-2', personId: 'ada', descriptor: descriptorAt(ada, 0.31, 2), rule: 'matched' },
  { faceId: 'bo-1', personId: 'bo', descriptor: unitDescriptor(3), rule: 'new-person' },
] as const;

async function fill(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  const ownerId = 'default';
  let sequence = 0;
  for (const { rule, ...face } of FACES) {
    const candidates = explanation.candidates.map((candidate) => ({
      ...candidate,
      ...{ personId: 'ada', basePersonId: 'ada', nearestFaceId: 'ada-1' },
    }));
    const why = { ...explanation, rule, candidates: rule === 'matched' ? candidates : [] };
    const quality = { value: 0.9, reasons: [] };
    const record = makePhotoRecord({
      ...{ ownerId, assetId: `photo-of-${face.faceId}`, path: null, runId: face.faceId },
      ...{ sequence: ++sequence, takenAt: rule === 'matched' ? '2010-05-04T23:30:00.000Z' : null },
      faces: [makeFaceRecord({ ...face, quality, explanation: why })],
    });
    await store.commitPhoto(record, null);
    await store.markPublished(ownerId, record.assetId, 1);
  }
  for (const [personId, name] of Object.entries({ ada: 'Ada', bo: 'Bo' })) {
    const body = { kind: 'person-named', personId, name } as const;
    await store.commitFact(makeFact({ ownerId, sequence: ++sequence, body }));
  }
  await store.close();
}

describe('why a face is whose it is', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fill },
  );

  const why = (page: Page): Locator => page.locator('.face-card.chosen .why');
  const undo = async (page: Page): Promise<void> => {
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).last().click();
    await page.locator('.toast', { hasText: 'Undone.' }).last().waitFor();
  };

  test('rule, neighbours, distances and limits are told as they were', async () => {
    const page = await pages.open('/people/photo/photo-of-ada-2');
    await why(page).getByText('It looks like 3 other faces of Ada').waitFor();
    await why(page).getByText('How was this decided?').click();
    const neighbours = why(page).getByRole('listitem');
    expect(await neighbours.count()).toBe(1);
    expect(await neighbours.getByRole('link').getAttribute('href')).toBe('/people/person/ada');
    await neighbours.getByText('chosen').waitFor();
    await neighbours.getByText('difference 0.34, at most 0.38 allowed for 3 faces').waitFor();
    expect(await why(page).getByRole('definition').allTextContents()).toEqual(
      expect.arrayContaining(['0.50', '0.05', '90 %', '99 %']),
    );
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  test('what somebody said since goes first, until it is taken back', async () => {
    const page = await pages.open('/people/photo/photo-of-ada-2');
    await page.getByRole('button', { name: 'Someone else…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Bo / }).click();
    await why(page).getByText('You said that this is Bo. That stays.').waitFor();
    expect(await why(page).getByText('It looks like').count()).toBe(0);
    await undo(page);
    await why(page).getByText('It looks like 3 other faces of Ada').waitFor();
    await page.getByRole('button', { name: 'Not Ada' }).click();
    await why(page).getByText('You said that this is not Ada').waitFor();
    await page.locator('.face-card-head', { hasText: 'Nobody known' }).waitFor();
    await undo(page);
    await why(page).getByText('It looks like 3 other faces of Ada').waitFor();
  }, 60_000);

  test('a photo has the day on which it was taken, and says why it cannot be shown', async () => {
    const page = await pages.open('/people/photo/photo-of-ada-2');
    await page.getByText('taken May 4, 2010').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: 'the worker does not know where the original photo is' })
      .waitFor();
    await page.goto(`${pages.worker.address}/people/person/ada`);
    const faces = page.getByRole('list', { name: 'Faces' });
    const link = faces.getByRole('link');
    await link.first().and(page.getByLabel('looked at May 6, 2024')).waitFor();
    await link.nth(1).and(page.getByLabel('Face of May 4, 2010')).waitFor();
  }, 60_000);
});
