import { Visitor } from '../../helpers/api.ts';
import { axeViolations, PHONE, usePages, type Pages } from '../../helpers/pages.ts';
import { fillPeopleToCorrect } from '../../helpers/people-to-correct.ts';

interface Face {
  readonly faceId: string;
  readonly assetId: string;
}

describe('who is on no list', () => {
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

  const correct = async (correction: object): Promise<void> => {
    expect((await visitor.post('/api/corrections', { correction })).status).toBe(200);
  };
  const listed = async (path: string): Promise<readonly Face[]> =>
    ((await visitor.get(path)).json as { items: Face[] }).items;

  test("a face of nobody's is found from People and in the history, and can be somebody's again", async () => {
    const faces = await listed('/api/people/ada/faces');
    const { assetId = '' } = faces.find(({ faceId }) => faceId === 'ada-1') ?? {};
    expect(await listed('/api/faces/nobody')).toEqual([]);
    await correct({ kind: 'faces-denied', faceIds: ['ada-1'], personId: 'ada' });
    await correct({ kind: 'faces-ignored', faceIds: ['ada-4'], reason: 'a poster' });
    const nobodys = await listed('/api/faces/nobody?limit=1');
    expect(nobodys).toMatchObject([{ faceId: 'ada-1', assetId, personId: null }]);

    const page = await pages.open('/people', PHONE);
    await page.getByRole('link', { name: 'Unknown faces' }).click();
    const face = page.getByRole('list', { name: 'Faces' }).getByRole('link');
    await face.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await face.click();
    await page.getByRole('button', { name: 'Say who it is…' }).waitFor();
    expect(page.url()).toContain(`/people/photo/${assetId}?face=ada-1`);

    await page.goto(`${pages.worker.address}/people/history`);
    const line = page.getByRole('listitem').filter({ hasText: 'Said that a face is not Ada' });
    await line.getByRole('link').click();
    await page.getByRole('button', { name: 'Say who it is…' }).click();
    await page.getByRole('searchbox').fill('Ada');
    await page.getByRole('dialog').getByRole('button', { name: /^Ada/ }).click();
    await page.locator('.toast', { hasText: '1 face moved to Ada.' }).waitFor();
    expect(await listed('/api/faces/nobody')).toEqual([]);
    await page.context().close();
  }, 60_000);

  test('who is hidden is found by name where people are chosen, and said to be hidden', async () => {
    await correct({ kind: 'person-hidden', personId: 'bo', hidden: true });
    const page = await pages.open('/people/person/eve');
    await page.getByRole('button', { name: 'Merge with…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Ada/ }).waitFor();
    expect(await dialog.getByRole('button', { name: /^Bo/ }).count()).toBe(0);
    await dialog.getByRole('searchbox').fill('bo');
    await dialog.getByRole('button', { name: /^Bo .*hidden/ }).click();
    await dialog.getByRole('radio', { name: 'Bo' }).waitFor();
    await page.context().close();
  }, 60_000);
});
