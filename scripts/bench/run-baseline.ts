import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { BaselineReport } from './face-api-baseline.ts';

/** Runs face-api on the photos in a process of its own; null where its engine does not load. */
export async function runBaseline(
  engine: 'tfjs-node' | 'wasm',
  photos: readonly string[],
): Promise<BaselineReport | null> {
  const script = path.join(__dirname, 'face-api-baseline.js');
  const child = spawn(process.execPath, [script, engine, ...photos], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const report = output.split('\n').find((line) => line.startsWith('{"photos"'));
  if (code === 0 && report !== undefined) return JSON.parse(report) as BaselineReport;
  console.error(`face-api on ${engine} does not run here: ${errors.trim().slice(-300)}`);
  return null;
}
