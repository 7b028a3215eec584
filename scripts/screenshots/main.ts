import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

import { gatherPhotos } from '../demo-run/photos.ts';
import { startChromium } from '../harness/chromium.ts';
import { freePort, startRedis } from '../harness/redis.ts';
import { startWorkerProcess } from '../harness/worker-process.ts';
import { SamplePeople } from './sample-people.ts';

/** Pictures of the pages for docs/, on the sample photos that the face-api package ships. */
const target = path.resolve(__dirname, '../../../docs/screenshots');

const DESKTOP: BrowserContextOptions = { viewport: { width: 1200, height: 760 } };
const DARK: BrowserContextOptions = { ...DESKTOP, colorScheme: 'dark' };
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

interface Shot {
  readonly name: string;
  readonly place: string;
  readonly context?: BrowserContextOptions;
  readonly before?: (page: Page) => Promise<void>;
}

async function main(): Promise<void> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), 'faces-screenshots-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(workFolder, { recursive: true })];
  try {
    const redis = await startRedis(workFolder);
    closing.push(() => redis.close());
    const { photos, roots } = await gatherPhotos(null, { workFolder, out: '' });
    const worker = await startWorkerProcess({
      environment: {
        ...redis.environment,
        PATH: process.env['PATH'],
        DATA_DIR: path.join(workFolder, 'data'),
        MEDIA_ROOTS: roots.join(','),
      },
      port: await freePort(),
      logFile: path.join(workFolder, 'worker.log'),
    });
    closing.push(() => worker.close());
    const people = new SamplePeople(worker.address);
    await people.lookAt(photos.map((photo) => photo.path));
    const shots = toShots(await people.introduce(), photos[0]?.path ?? '');
    const browser = await startChromium();
    closing.push(() => browser.close());
    await mkdir(target, { recursive: true });
    for (const shot of shots) await take(browser, worker.address, shot);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

function toShots({ ada, grace }: { ada: string; grace: string }, picture: string): Shot[] {
  return [
    { name: 'people', place: '' },
    { name: 'people-dark', place: '', context: DARK },
    { name: 'people-phone', place: '', context: PHONE },
    { name: 'person', place: `/person/${ada}` },
    { name: 'photo', place: '/photo/sample4.jpg', before: openSecondFace },
    { name: 'review', place: '/review' },
    { name: 'review-phone', place: '/review', context: PHONE },
    { name: 'together', place: `/together?person=${ada}&person=${grace}` },
    { name: 'who', place: '/who', before: (page) => upload(page, picture) },
    { name: 'nobody', place: '/nobody' },
    { name: 'history', place: '/history' },
    { name: 'status', place: '/status' },
    { name: 'backup', place: '/backup' },
  ];
}

async function openSecondFace(page: Page): Promise<void> {
  await page.locator('.box').nth(1).click();
  await page.getByText('How was this decided?').click();
  const faces = page.locator('.candidate img');
  for (const face of await faces.all()) {
    await face.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode());
  }
}

async function upload(page: Page, picture: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(picture);
  await page.locator('.face-card').first().waitFor();
}

async function take(browser: Browser, address: string, shot: Shot): Promise<void> {
  const context = await browser.newContext(shot.context ?? DESKTOP);
  const page = await context.newPage();
  await page.goto(`${address}/people${shot.place}`, { waitUntil: 'networkidle' });
  await shot.before?.(page);
  await page.waitForLoadState('networkidle');
  const file = path.join(target, `${shot.name}.jpg`);
  await page.screenshot({ path: file, type: 'jpeg', quality: 80 });
  await context.close();
  console.log(path.relative(process.cwd(), file));
}

void main();
