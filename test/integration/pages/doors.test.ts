import { readFile } from 'node:fs/promises';

import type { Page } from 'playwright-core';

import { axeViolations, startPages, type Pages } from '../../helpers/pages.ts';

describe('pages with logins', () => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages({ environment: { HTTP_USER: 'ada', HTTP_PASSWORD: 'right enough' } });
  }, 120_000);
  afterAll(async () => {
    await pages.stop();
  }, 60_000);

  test('ask for the login, say when it is wrong, let in and out again', async () => {
    const page = await pages.open('/people/history');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
    await page.getByLabel('Password').fill('right enough');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been corrected yet').waitFor();

    await page.reload();
    await page.getByText('Nothing has been corrected yet').waitFor();
    await page.getByRole('link', { name: 'Backup' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save a file' }).click();
    const saved = JSON.parse(await readFile(await (await download).path(), 'utf8')) as object;
    await page.getByLabel('Choose a file').setInputFiles({
      name: 'people.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(saved)),
    });
    await page.getByText('0 people, 0 names, 0 faces and 0 corrections brought in.').waitFor();
    await page.getByLabel('Choose a file').setInputFiles({
      name: 'people.json',
      mimeType: 'application/json',
      buffer: Buffer.from('no people at all'),
    });
    await page.getByText('This is not a file that was saved here.').waitFor();

    await page.getByRole('button', { name: 'Sign out ada' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(pages.takeComplaints().filter((line) => !line.includes('401 (Unauthorized)'))).toEqual(
      [],
    );
  }, 60_000);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing wrong with asking for the login (%s)',
    async (colorScheme) => {
      const page = await pages.open('/people', { colorScheme, reducedMotion: 'reduce' });
      await page.getByLabel('Name').fill('ada');
      await page.getByLabel('Password').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
      expect(pages.takeComplaints().filter(isUnexpected)).toEqual([]);
    },
    60_000,
  );

  test('a login that ends in an open tab is asked for again, and the page goes on', async () => {
    const page = await pages.open('/people/status');
    await logIn(page);
    await page.getByRole('heading', { level: 1, name: 'Status' }).waitFor();
    await page.getByText('Runs with').waitFor();
    // A worker that starts again has forgotten who was logged in.
    await pages.restart();
    await logIn(page);
    await page.getByText('Runs with').waitFor();
    expect(new URL(page.url()).pathname).toBe('/people/status');

    await page.getByRole('link', { name: 'Backup' }).click();
    await page.getByText('Save a backup').waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'History' }).click();
    await logIn(page);
    await page.getByText('Nothing has been corrected yet').waitFor();
    await page.getByRole('button', { name: 'Sign out ada' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
    expect(pages.takeComplaints().filter(isUnexpected)).toEqual([]);
  }, 60_000);

  const logIn = async (page: Page): Promise<void> => {
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill('right enough');
    await page.keyboard.press('Enter');
  };
  /** The browser tells of what was refused, and of a worker that was away. */
  const isUnexpected = (line: string): boolean =>
    !/401 \(Unauthorized\)|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE/.test(line);

  test('are kept by the browser under an address that changes with them, and nowhere else', async () => {
    const html = await fetch(`${pages.worker.address}/people/anything/at/all`);
    expect(html.headers.get('cache-control')).toBe('no-cache');
    const policy = html.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const text = await html.text();
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
    const main = /src="([^"]+\/main\.js)"/.exec(text)?.[1] ?? '';
    const script = await fetch(pages.worker.address + main);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const old = await fetch(pages.worker.address + main.replace(/assets\/\w+/, 'assets/0123'));
    expect(old.status).toBe(404);
    const outside = await fetch(`${pages.worker.address}${main}/..%2f..%2f..%2fpackage.json`);
    expect(outside.status).toBe(404);
  });
});

describe('every page of the worker', () => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages({ prepare: () => Promise.resolve() });
  }, 120_000);
  afterAll(async () => {
    await pages.stop();
  }, 60_000);

  test('the first address leads to the people', async () => {
    const page = await pages.open('/');
    await page.getByRole('heading', { name: 'People' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/people');
    await page.getByText('No faces found yet').waitFor();
    expect(pages.takeComplaints()).toEqual([]);
  }, 60_000);

  test('Bull Board asks no other site for anything, and complains of nothing', async () => {
    const page = await pages.open('/people/status');
    const board = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'All jobs in Bull Board' }).click();
    await (await board).close();
    for (const place of ['/queues', '/queues/queue/image-added?status=failed']) {
      const opened = await pages.open(place);
      await opened.getByText('image-added').first().waitFor();
      await opened.waitForLoadState('networkidle');
      expect(pages.takeComplaints()).toEqual([]);
      await opened.context().close();
    }
  }, 60_000);
});
