import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from 'playwright-core';

import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { until } from '../../helpers/faults.ts';
import { startPages, type Pages } from '../../helpers/pages.ts';
import { makeFaceRecord, makePhotoRecord, unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt } from '../../helpers/seen.ts';

/** Would say so in the window if any page took it for markup. */
const MARKUP = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';
const ASSET = `${MARKUP}/..%2f"'`;

/** What somebody who names files and people, or fills the queue, can put before other eyes. */
async function fill(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  const one = unitDescriptor(1);
  const faces = [one, descriptorAt(one, 0.38, 5)].map((descriptor, i) =>
    makeFaceRecord({ faceId: `face-${i}`, personId: `person-${i}`, descriptor }),
  );
  for (const [i, face] of faces.entries()) {
    const assetId = i === 0 ? ASSET : 'plain';
    const path = `/photos/${MARKUP}.jpg`;
    const photo = { ownerId: 'default', assetId, path, sequence: i + 1, runId: assetId };
    await store.commitPhoto(makePhotoRecord({ ...photo, faces: [face] }), null);
    await store.markPublished('default', assetId, 1);
  }
  await store.close();
}

describe('hostile names on the pages', () => {
  let pages: Pages;
  const evil = http.createServer((_request, answer) => {
    answer.setHeader('content-type', 'text/html').end('<title>evil</title><body></body>');
  });

  beforeAll(async () => {
    pages = await startPages({ prepare: fill, environment: { JOB_ATTEMPTS: '1' } });
    await once(evil.listen(0, '127.0.0.1'), 'listening');
  }, 120_000);
  afterAll(async () => {
    await pages.stop();
    evil.close();
  }, 60_000);

  const owned = (page: Page): Promise<unknown> => page.evaluate('window.owned');
  const post = async (path: string, body: unknown): Promise<number> => {
    const session = await fetch(`${pages.worker.address}/api/session`);
    const { csrfToken } = (await session.json()) as { csrfToken: string };
    const answer = await fetch(pages.worker.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
      body: JSON.stringify(body),
    });
    return answer.status;
  };

  test('are text on every page and in Bull Board, and never run', async () => {
    const named = { kind: 'person-named', personId: 'person-0', name: MARKUP };
    expect(await post('/api/corrections', { correction: named })).toBe(200);
    const ignored = { kind: 'faces-ignored', faceIds: ['face-0'], reason: MARKUP };
    expect(await post('/api/corrections', { correction: ignored })).toBe(200);
    expect(
      await post('/api/corrections', { correction: { kind: 'undone', factId: await latest() } }),
    ).toBe(200);
    const job = { assetId: MARKUP, path: `/photos/${MARKUP}` };
    expect(await post('/queues/api/queues/image-added/add', { name: MARKUP, data: job })).toBe(200);
    await pages.worker.logged('failed');
    const photo = `/people/photo/${encodeURIComponent(ASSET)}`;
    for (const [place, shows] of [
      ['/people', MARKUP],
      ['/people/person/person-0', MARKUP],
      ['/people/person/person-0?edit=name', ''],
      ['/people/person/person-1', ''],
      [photo, MARKUP],
      ['/people/review', ''],
      ['/people/together?person=person-0', MARKUP],
      ['/people/history', MARKUP],
      ['/people/status', MARKUP],
      [`/people?q=${encodeURIComponent(MARKUP)}`, MARKUP],
      ['/queues/queue/image-added?status=failed', ''],
    ] as const) {
      const page = await pages.open(place);
      await page.locator('#main h1, #root header').first().waitFor();
      await page.waitForLoadState('networkidle');
      if (shows !== '') await page.getByText(shows).first().waitFor();
      expect([place, await owned(page)]).toEqual([place, undefined]);
      await page.context().close();
    }
  }, 120_000);

  async function latest(): Promise<string> {
    const history = await fetch(`${pages.worker.address}/api/history`);
    const { items } = (await history.json()) as { items: { fact: { factId: string } }[] };
    return items[0]?.fact.factId ?? '';
  }

  test('markup that got onto a page all the same would not run there', async () => {
    const page = await pages.open('/people');
    await page.getByRole('heading', { name: 'People' }).waitFor();
    pages.takeComplaints();
    const inject = `{
      const place = document.createElement('div');
      document.body.append(place);
      const script = document.createElement('script');
      try { script.text = 'window.owned = 1'; place.append(script); } catch {}
      try { place.innerHTML = ${JSON.stringify(MARKUP)}; } catch {}
      const link = document.createElement('script');
      try { link.src = 'https://evil.example/x.js'; place.append(link); } catch {}
      try { place.setAttribute('onclick', 'window.owned = 1'); place.click(); } catch {}
    }`;
    await page.evaluate(inject);
    await page.evaluate('new Promise(requestAnimationFrame)');
    expect(await owned(page)).toBeUndefined();
    expect(pages.takeComplaints().join()).toMatch(/Content Security Policy|TrustedScript/);

    const board = await pages.open('/queues');
    await board.getByText('image-added').first().waitFor();
    pages.takeComplaints();
    await board.evaluate(inject);
    await board.evaluate('new Promise(requestAnimationFrame)');
    expect(await owned(board)).toBeUndefined();
    expect(pages.takeComplaints().join()).toContain('Content Security Policy');
  }, 60_000);

  test('a page of another site cannot show them in a frame, nor read or change anything', async () => {
    const { port } = evil.address() as AddressInfo;
    const page = await pages.open('/people/status');
    await page.goto(`http://localhost:${port}/`);
    const tries = await page.evaluate<string[]>(`(async () => {
      const at = ${JSON.stringify(pages.worker.address)};
      const ask = (path, init) =>
        fetch(at + path, init).then((answer) => String(answer.status), () => 'refused');
      const json = { 'content-type': 'application/json' };
      const body = JSON.stringify({ correction: { kind: 'person-deleted', personId: 'person-0' } });
      const form = new FormData();
      form.set('photo', new Blob(['a photo'], { type: 'image/jpeg' }), 'a.jpg');
      const frame = document.createElement('iframe');
      frame.src = at + '/people';
      const loaded = new Promise((resolve) => { frame.onload = resolve; });
      document.body.append(frame);
      await loaded;
      return [
        await ask('/api/people', {}),
        await ask('/api/export', { mode: 'no-cors' }),
        await ask('/api/corrections', { method: 'POST', headers: json, body }),
        await ask('/api/corrections', { method: 'POST', mode: 'no-cors', body }),
        await ask('/queues/api/queues/image-added/pause', { method: 'PUT' }),
        await ask('/photos', { method: 'POST', mode: 'no-cors', body: form }),
      ];
    })()`);
    expect(tries).toEqual(Array(6).fill('refused'));
    // Playwright may hear of the frame's address later than the page of its load.
    await until(() => page.frames().every((frame) => frame.url() !== ''));
    expect(page.frames().map((frame) => new URL(frame.url()).protocol)).toEqual([
      'http:',
      'chrome-error:',
    ]);
    const people = await fetch(`${pages.worker.address}/api/people?show=all`);
    expect((await people.json()) as object).toMatchObject({ total: 2 });
    const board = await fetch(`${pages.worker.address}/queues/api/queues`);
    expect(await board.text()).not.toContain('"isPaused":true');

    // A form needs no leave of the server's to be sent.
    await page.evaluate(`{
      const form = document.createElement('form');
      Object.assign(form, { method: 'POST', enctype: 'multipart/form-data' });
      form.action = ${JSON.stringify(`${pages.worker.address}/photos`)};
      const input = Object.assign(document.createElement('input'), { type: 'file', name: 'photo' });
      const transfer = new DataTransfer();
      transfer.items.add(new File(['a photo'], 'a.jpg', { type: 'image/jpeg' }));
      input.files = transfer.files;
      form.append(input);
      document.body.append(form);
    }`);
    const sent = page.waitForResponse((answer) => answer.url().endsWith('/photos'));
    await page.evaluate('document.forms[0].submit()');
    const refused = await sent;
    expect(refused.request().headers()['content-type']).toContain('multipart/form-data');
    expect(refused.status()).toBe(403);
  }, 60_000);
});
