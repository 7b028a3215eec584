import { existsSync } from 'node:fs';
import path from 'node:path';

import { cacheDir, run, type CommandResult } from './run.ts';

const venvDir = path.join(cacheDir, 'venv');

/** Runs pip from the checkout's own virtual environment, which is made when there is none. */
export async function pip(
  args: readonly string[],
  options: { log: string; timeoutMillis: number },
): Promise<CommandResult> {
  const venv = await ensureVenv();
  if (!venv.ok) return { ...venv, reason: `python3 -m venv: ${venv.reason}` };
  const argv = [venvPython(), '-m', 'pip', '--disable-pip-version-check', '--no-input'] as const;
  return run({ ...options, argv: [...argv, ...args] });
}

/** The virtual environment's interpreter; it exists once `pip` has run. */
export function venvPython(): string {
  return path.join(venvDir, 'bin/python');
}

async function ensureVenv(): Promise<CommandResult> {
  // A Python that was upgraded or removed leaves a venv whose links lead nowhere.
  if (existsSync(venvPython()) && existsSync(path.join(venvDir, 'bin/pip'))) {
    return { ok: true, reason: '', output: '' };
  }
  return run({
    log: 'venv',
    argv: ['python3', '-m', 'venv', '--clear', venvDir],
    timeoutMillis: 120_000,
  });
}
