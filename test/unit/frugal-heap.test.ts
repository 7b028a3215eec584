import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const frugalHeap = path.resolve(__dirname, '../../src/frugal-heap.ts');
const registerTs = path.resolve(__dirname, '../helpers/register-ts.cjs');

/**
 * Keeps some 20 MiB alive while much more becomes garbage; prints the most that V8 held once it had
 * found its size.
 */
const BUSY = `
  const kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: String(i) }));
  let most = 0;
  (async () => {
    for (let i = 0; i < 12_000_000; i++) {
      kept[i % kept.length] = { i, text: String(i) };
      if (i % 10_000 !== 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (i > 7_000_000) most = Math.max(most, process.memoryUsage().heapTotal);
    }
    console.log(most / 2 ** 20);
  })();
`;
/** So that neither the young generation nor other programs decide how much is held. */
const STEADY = ['--max-semi-space-size=2', '--single-threaded-gc'];

async function mostHeapMiB(before: string): Promise<number> {
  const args = [...STEADY, '--require', registerTs, '--eval', before + BUSY];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe('');
  return Number(stdout);
}

test('V8 takes the setting without a word and holds less garbage', async () => {
  const usual = await mostHeapMiB('');
  const small = await mostHeapMiB(`require(${JSON.stringify(frugalHeap)}).keepHeapSmall();`);
  expect(small).toBeGreaterThan(0);
  expect(small).toBeLessThan(usual * 0.85);
}, 60_000);
