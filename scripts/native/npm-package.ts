import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { root, run, type CommandResult } from './run.ts';

/** A package's folder below node_modules. */
export function packageDir(name: string): string {
  return path.join(root, 'node_modules', name);
}

/** A package's version, or undefined when npm left this optional package out. */
export async function packageVersion(name: string): Promise<string | undefined> {
  try {
    const text = await readFile(path.join(packageDir(name), 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Compiles a package's native part in place with the node-gyp that npm brings along. */
export async function nodeGypRebuild(
  name: string,
  log: string,
  args: readonly string[] = [],
): Promise<CommandResult> {
  const found = await run({
    log: `${log}-find`,
    argv: ['npm', 'exec', '--silent', '-c', 'printenv npm_config_node_gyp'],
    timeoutMillis: 30_000,
  });
  if (!found.ok) return { ...found, reason: `npm names no node-gyp: ${found.reason}` };
  const nodeGyp = found.output.trim().split('\n').at(-1) ?? '';
  return run({
    log,
    argv: [process.execPath, nodeGyp, 'rebuild', ...(await localHeaders()), ...args],
    cwd: packageDir(name),
    timeoutMillis: 600_000,
  });
}

/** Headers that lie beside this Node spare node-gyp a download. */
async function localHeaders(): Promise<string[]> {
  const prefix = path.resolve(process.execPath, '../..');
  try {
    const text = await readFile(path.join(prefix, 'include/node/node_version.h'), 'utf8');
    const major = /NODE_MAJOR_VERSION (\d+)/.exec(text)?.[1];
    return major === process.versions.node.split('.')[0] ? [`--nodedir=${prefix}`] : [];
  } catch {
    return [];
  }
}
