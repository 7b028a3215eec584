import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { WorkerError } from '../errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

const OPEN = { config: { open: true } };

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

interface Pages {
  /** Hash of all that belongs to the pages; part of every address, so that nothing old is used. */
  readonly version: string;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly html: string;
}

/**
 * The people pages below `/people`: every address gets the same page, which finds its view in the
 * browser and its data at `/api`. Nothing here is secret, so no login is asked for. Throws
 * PAGES_MISSING.
 */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  const pages = await readPages();
  const sendPage = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply
      .headers(SECURITY_HEADERS)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(pages.html);
  app.get('/people', OPEN, sendPage);
  app.get('/people/*', OPEN, sendPage);
  app.get<{ Params: { version: string; '*': string } }>(
    '/people/assets/:version/*',
    OPEN,
    (request, reply) => {
      const asset = pages.assets.get(request.params['*']);
      if (asset === undefined || request.params.version !== pages.version) {
        reply.callNotFound();
        return reply;
      }
      const isZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      if (isZipped) reply.header('content-encoding', 'gzip');
      return reply
        .headers(SECURITY_HEADERS)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('vary', 'accept-encoding')
        .type(asset.type)
        .send(isZipped ? asset.gzipped : asset.bytes);
    },
  );
}

/** `npm run build` leaves them in dist, also for a worker that runs from the sources. */
function pagesFolder(): string {
  const checkout = path.resolve(__dirname, '../..');
  return path.join(path.basename(checkout) === 'dist' ? checkout : `${checkout}/dist`, 'pages');
}

async function readPages(): Promise<Pages> {
  const folder = pagesFolder();
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => path.extname(name) in TYPES).sort();
  if (!files.includes('main.js')) {
    throw new WorkerError(
      'PAGES_MISSING',
      `expected the built pages in ${folder}, found none; run npm run build`,
    );
  }
  const assets = new Map<string, Asset>();
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = await readFile(path.join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    const type = TYPES[path.extname(file)] ?? '';
    assets.set(file.replaceAll(path.sep, '/'), { type, bytes, gzipped: gzipSync(bytes) });
  }
  const version = hash.digest('hex').slice(0, 16);
  return { version, assets, html: toHtml(version, [...assets.keys()]) };
}

/** Names all modules at once: the browser asks for them side by side, not import by import. */
function toHtml(version: string, files: readonly string[]): string {
  const at = (file: string): string => `/people/assets/${version}/${file}`;
  const ending = (end: string): string[] => files.filter((file) => file.endsWith(end));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Faces</title>',
    `<link rel="icon" href="${at('styles/icon.svg')}">`,
    ...ending('.css').map((file) => `<link rel="stylesheet" href="${at(file)}">`),
    ...ending('.js').map((file) => `<link rel="modulepreload" href="${at(file)}">`),
    `<script type="module" src="${at('main.js')}"></script>`,
    '</head>',
    '<body>',
    '<div id="app"></div>',
    '<noscript>These pages need JavaScript. Jobs and queues are shown at /queues.</noscript>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
