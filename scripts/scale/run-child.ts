import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Room for a million faces and the garbage on the way. */
const HEAP_MIB = 8192;

/** Runs a script of this folder in a process of its own; answers with the JSON that it prints. */
export async function runChild<Report>(
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Report> {
  const file = path.join(__dirname, script);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`--max-old-space-size=${HEAP_MIB}`, file, ...args],
    { signal },
  );
  return JSON.parse(stdout) as Report;
}
