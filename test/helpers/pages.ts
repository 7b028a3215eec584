import path from 'node:path';

import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

import { gatherPhotos } from '../../scripts/demo-run/photos.ts';
import { startChromium } from '../../scripts/harness/chromium.ts';
import { freePort } from './free-port.ts';
import { tempFolder } from './pictures.ts';
import { startRedis } from './redis.ts';
import { startWorkerProcess, type TestWorker } from './worker.ts';

/** A worker with its pages, and a browser that looks at them. */
export interface Pages {
  readonly worker: TestWorker;
  /** Looks at the first of the sample photos, or at so many, for the owner. */
  look(options?: { count?: number; ownerId?: string }): Promise<void>;
  /** Ends the worker and starts it again at the same address. */
  restart(): Promise<void>;
  readonly browser: Browser;
  /** A browser of its own: other cookies, other storage. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /**
   * What any page complained of: errors, failed loads, violations of the CSP; and what it asked of
   * any other address. Empties the list.
   */
  takeComplaints(): string[];
  stop(): Promise<void>;
}

const DESKTOP = { width: 1280, height: 800 };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

export interface PagesOptions {
  environment?: Readonly<Record<string, string>>;
  prepare?: (dataDir: string) => Promise<void>;
  /** Looks at the samples; else only where nothing else is asked for. */
  withSamples?: boolean;
}

/**
 * Pages for all tests of a `describe`, handed to `take` before the first; each test fails when the
 * browser has complained of anything.
 */
export function usePages(
  take: (pages: Pages) => void,
  { startMillis = 120_000, ...options }: PagesOptions & { startMillis?: number } = {},
): void {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(options);
    take(pages);
  }, startMillis);
  afterAll(async () => {
    await pages.stop();
  }, 60_000);
  afterEach(() => {
    expect(pages.takeComplaints()).toEqual([]);
  });
}

/** Starts Redis, worker and Chromium; `prepare` fills the data folder before the worker opens it. */
export async function startPages(options: PagesOptions = {}): Promise<Pages> {
  const folder = await tempFolder();
  const dataDir = path.join(folder.path, 'data');
  await options.prepare?.(dataDir);
  const redis = await startRedis();
  const { photos, roots } = await gatherPhotos(null, { workFolder: folder.path, out: '' });
  const environment = {
    HTTP_PORT: String(await freePort()),
    REDIS_HOSTNAME: redis.host,
    REDIS_PORT: String(redis.port),
    DATA_DIR: dataDir,
    MEDIA_ROOTS: roots.join(','),
    ...options.environment,
  };
  let worker = await startReadyWorker(environment);
  const { withSamples = options.prepare === undefined && options.environment === undefined } =
    options;
  if (withSamples) {
    for (const photo of photos) await lookAt(worker, { path: photo.path });
  }
  const browser = await startChromium();
  const complaints: string[] = [];
  return {
    get worker() {
      return worker;
    },
    look: async ({ count = 1, ...owner } = {}) => {
      for (const photo of photos.slice(0, count)) await lookAt(worker, { ...photo, ...owner });
    },
    restart: async () => {
      await worker.stop();
      worker = await startReadyWorker(environment);
    },
    browser,
    open: (place, context) => openPage(browser, worker.address + place, { complaints, context }),
    takeComplaints: () => complaints.splice(0),
    stop: async () => {
      await browser.close();
      await worker.stop();
      await redis.stop();
      await folder.remove();
    },
  };
}

async function startReadyWorker(environment: Record<string, string>): Promise<TestWorker> {
  const worker = await startWorkerProcess(environment, { ready: false });
  await worker.logged('ready for photos');
  return worker;
}

async function lookAt(
  worker: TestWorker,
  { path: file, ownerId }: { path: string; ownerId?: string },
): Promise<void> {
  const answer = await fetch(`${worker.address}/photos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path: file, assetId: path.basename(file), ownerId }),
  });
  if (answer.status !== 200) throw new Error(`${file}: ${await answer.text()}`);
}

async function openPage(
  browser: Browser,
  url: string,
  { complaints, context }: { complaints: string[]; context: BrowserContextOptions | undefined },
): Promise<Page> {
  const profile = await browser.newContext({ viewport: DESKTOP, ...context });
  const page = await profile.newPage();
  const { origin } = new URL(url);
  page.on('request', (request) => {
    const asked = request.url();
    const isOurs = asked.startsWith(`${origin}/`) || /^(data|blob):/.test(asked);
    if (!isOurs) complaints.push(`${page.url()}: asked ${asked}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`${page.url()}: ${message.text()} (${message.location().url})`);
    }
  });
  await page.goto(url);
  return page;
}

const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong with the page, as `rule: where`. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Pick<AxeResults, 'violations'>>(
    `axe.run(document, ${JSON.stringify({ runOnly: AXE_RULES, resultTypes: ['violations'] })})`,
  );
  return violations.map(({ id, nodes }) => {
    const where = nodes.map(({ html, failureSummary = '' }) => `${html} ${failureSummary}`);
    return `${id}: ${where.slice(0, 3).join(' | ')}`.slice(0, 900);
  });
}

/**
 * Ways of the open dialog, the messages and the bar of chosen faces that cannot be used: beyond the
 * window's sides, or with something over them. And whether the page or the dialog goes on sideways.
 */
export function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`{
    const found = [];
    for (const one of document.querySelectorAll('html, dialog[open], dialog[open] .dialog-body')) {
      if (one.scrollWidth > one.clientWidth) found.push(one.tagName + ' goes on sideways');
    }
    const dialog = document.querySelector('dialog[open]');
    const places = dialog === null ? [...document.querySelectorAll('.choice-bar, .toast')] : [dialog];
    for (const place of places) for (const way of place.querySelectorAll('a, button, input')) {
      way.scrollIntoView({ block: 'nearest' });
      const { left, right, top, bottom } = way.getBoundingClientRect();
      const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const isInside = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
      if (!isInside || !way.contains(there)) found.push(way.outerHTML.slice(0, 120));
    }
    found;
  }`);
}
