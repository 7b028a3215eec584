import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { tempFolder } from '../helpers/pictures.ts';

const root = path.resolve(__dirname, '../..');
const main = path.join(root, 'dist/scripts/eval/main.js');

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One order of arrival is enough here. */
async function runEval(...args: readonly string[]): Promise<Outcome> {
  const run = promisify(execFile)(process.execPath, [main, '--orders', '1', ...args], {
    maxBuffer: 2 ** 26,
  });
  return run.then(
    (output) => ({ exitCode: 0, ...output }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, stdout, stderr };
    },
  );
}

let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeAll(async () => {
  folder = await tempFolder();
});

afterAll(() => folder.remove());

test('the samples: figures on standard output, the same ones again, and a report in one file', async () => {
  const html = path.join(folder.path, 'report.html');
  const first = await runEval('--samples', '--json', '--html', html);
  expect(first).toMatchObject({ exitCode: 0 });
  const figures = JSON.parse(first.stdout) as Record<string, unknown>;
  const share = expect.any(Number) as number;
  expect(figures).toMatchObject({
    verification: {
      accuracy: share,
      tarAtFar: { '0.01': share, '0.001': share, '0.0001': share },
    },
    identification: {
      bcubed: { precision: share, recall: share, f: share },
      pairwise: { f: share },
    },
    detection: { recall: share, precision: share, photosWithoutFace: share, photos: 116 },
    failed: {},
  });
  const again = await runEval('--samples', '--json');
  expect({ ...(JSON.parse(again.stdout) as object), seconds: 0 }).toEqual({
    ...figures,
    seconds: 0,
  });
  const page = await readFile(html, 'utf8');
  expect(page).toMatch(/<svg [^]*<polyline/);
  expect(page).toMatch(/<img src="data:image\/jpeg;base64,/);
  expect(page).not.toMatch(/(?:src|href)="(?!data:)/);
}, 300_000);

test('the gate passes on its own figures and fails when one of them is worse', async () => {
  const baseline = path.join(folder.path, 'baseline.json');
  const gate = ['--gate', '--gate-data', 'samples', '--baseline', baseline] as const;
  expect(await runEval(...gate, '--write-baseline')).toMatchObject({ exitCode: 0 });
  expect(await runEval(...gate)).toMatchObject({ exitCode: 0 });
  const written = JSON.parse(await readFile(baseline, 'utf8')) as {
    samples: Record<string, number>;
  };
  written.samples['library: BCubed F'] = (written.samples['library: BCubed F'] ?? 0) + 0.01;
  await writeFile(baseline, JSON.stringify(written));
  const failed = await runEval(...gate);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(/library: BCubed F.*worse/);
}, 300_000);

test('what cannot be measured is said, and ends with 1', async () => {
  expect(await runEval()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('expected one of --lfw') as string,
  });
  expect(await runEval('--people', folder.path)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('EVAL_DATA_UNUSABLE') as string,
  });
}, 60_000);
