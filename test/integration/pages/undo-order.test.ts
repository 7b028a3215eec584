import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Visitor } from '../../helpers/api.ts';
import { usePages, type Pages } from '../../helpers/pages.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';

async function fill(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  const faces = [1, 2].map((seed) => makeFaceRecord({ personId: 'ada' }, seed));
  const photo = { ownerId: 'default', path: null };
  await store.commitPhoto(makePhotoRecord({ ...photo, faces }), null);
  await store.markPublished('default', 'asset-1', 1);
  await store.close();
}

describe('a correction on which a later one rests', () => {
  let pages: Pages;

  usePages(
    (opened) => {
      pages = opened;
    },
    { prepare: fill },
  );

  test('is undone after the later one, which the refusal names and offers to take back', async () => {
    const visitor = await new Visitor(pages.worker.address).arrive();
    const correct = async (correction: object): Promise<{ body: { personId: string } }> =>
      ((await visitor.post('/api/corrections', { correction })).json as { fact: never }).fact;
    const { body } = await correct({ kind: 'split', faceIds: ['face-2'] });
    await correct({ kind: 'person-named', personId: body.personId, name: 'Bo' });
    const page = await pages.open('/people/history');
    const undoSplit = page.getByRole('button', { name: /^Undo: made a face a person/ });
    await undoSplit.click();
    const toast = page.locator('.toast', {
      hasText: 'named a person Bo, which has to be taken back',
    });
    await toast.getByRole('button', { name: 'Take that back' }).click();
    await page.getByRole('button', { name: 'Redo: undid: named a person Bo' }).waitFor();
    await undoSplit.click();
    await page.getByRole('button', { name: /^Redo: undid: made a face a person/ }).waitFor();
    const people = (await visitor.get('/api/people')).json as { total: number };
    expect(people.total).toBe(1);
    // The browser tells of every refused request.
    expect(pages.takeComplaints().filter((line) => !line.includes('422'))).toEqual([]);
  }, 60_000);
});
