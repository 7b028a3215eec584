import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import sharp from 'sharp';

import type { FacesIdentified } from '../../src/queue/faces-identified.ts';
import { samplePhoto, tempFolder } from '../helpers/pictures.ts';

const script = path.resolve(__dirname, '../../dist/scripts/demo-run/main.js');

describe('the demo', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let photos: string;

  beforeAll(async () => {
    folder = await tempFolder();
    photos = path.join(folder.path, 'Fotos, 2026 & <mehr>');
    await mkdir(photos);
    await copyFile(samplePhoto(1), path.join(photos, 'one.jpg'));
    await sharp(samplePhoto(1)).resize(900).toFile(path.join(photos, 'one "again".jpg'));
    await writeFile(path.join(photos, 'broken.jpg'), 'no photo');
  });
  afterAll(() => folder.remove());

  function start(...args: readonly string[]): { child: ChildProcess; output: () => string } {
    const { PATH: searchPath = '', HOME: home = '' } = process.env;
    const env = { PATH: searchPath, HOME: home, TMPDIR: path.join(folder.path, 'tmp') };
    const child = spawn(process.execPath, [script, ...args], { env, cwd: folder.path });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        child.emit('printed');
      });
    }
    return { child, output: () => text };
  }

  test('finds the people of a folder, draws them and leaves nothing behind', async () => {
    await mkdir(path.join(folder.path, 'tmp'));
    const { child, output } = start(photos, '--exit', '--json', 'results.jsonl', '--out', 'sheet');
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, output()]).toEqual([0, expect.stringContaining('2 photos, 6 faces')]);
    expect(output()).toMatch(/broken\.jpg: \[PHOTO_NOT_AN_IMAGE\]/);
    expect(output()).toMatch(
      /^People: http:\/\/127\.0\.0\.1:\d+\/people\nQueues: http:\S+\/queues$/m,
    );
    const lines = (await readFile(path.join(folder.path, 'results.jsonl'), 'utf8'))
      .trim()
      .split('\n');
    const results = lines.map((line) => JSON.parse(line) as FacesIdentified);
    expect(results.map(({ faces }) => faces.length)).toEqual([3, 3]);
    expect(new Set(results.flatMap(({ faces }) => faces.map((face) => face.personId))).size).toBe(
      3,
    );
    const page = await readFile(path.join(folder.path, 'sheet', 'contact-sheet.html'), 'utf8');
    expect(page).toContain('3 people on 2 photos');
    expect(page).toContain('one &quot;again&quot;.jpg');
    const pictures = [...page.matchAll(/src="(?<file>[^"]+)"/g)].map(
      ({ groups }) => groups!['file']!,
    );
    expect(pictures).toHaveLength(8);
    for (const file of pictures) {
      const { width } = await sharp(path.join(folder.path, 'sheet', file)).metadata();
      expect(width).toBeGreaterThan(100);
    }
    expect(await readdir(path.join(folder.path, 'tmp'))).toEqual([]);
  }, 60_000);

  test('serves until Ctrl-C, then ends all that it started', async () => {
    const { child, output } = start(photos, '--out', 'sheet-2');
    while (!output().includes('Serving until Ctrl-C')) await once(child, 'printed');
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0] ?? '';
    expect((await fetch(address)).url).toBe(`${address}/people`);
    expect((await fetch(`${address}/queues`)).status).toBe(200);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    await expect(fetch(`${address}/queues`)).rejects.toThrow();
    expect(await readdir(path.join(folder.path, 'tmp'))).toEqual([]);
  }, 60_000);

  test.each([
    ['a folder that is not there', ['/nonexistent'], /\[FOLDER_UNUSABLE\].*\/nonexistent/],
    ['a folder without photos', [path.join(os.tmpdir(), 'faces-none')], /\[FOLDER_UNUSABLE\]/],
    ['an unknown option', ['--frob'], /unknown option '--frob'/],
  ])(
    '%s: ends with 1 and says why',
    async (_name, args, message) => {
      await mkdir(path.join(os.tmpdir(), 'faces-none'), { recursive: true });
      const { child, output } = start(...args);
      const [code] = (await once(child, 'close')) as [number | null];
      expect([code, output()]).toEqual([1, expect.stringMatching(message)]);
    },
    30_000,
  );
});
