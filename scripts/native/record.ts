import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { cacheDir } from './run.ts';

/** How setting up a native part ended, kept in `.cache/native/<part>.json`. */
export interface SetUpRecord {
  /** What the outcome depends on; another key means that it must be found out again. */
  readonly key: string;
  readonly loads: boolean;
  /** Where it came from, or why it could not be set up. */
  readonly detail: string;
}

/** The key of a part: package version, and the Node and machine that must load it. */
export function recordKey(version: string): string {
  return `${version} node-abi-${process.versions.modules} ${process.platform}-${process.arch}`;
}

/** The last outcome for this key, or undefined when there is none. */
export async function readRecord(part: string, key: string): Promise<SetUpRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordFile(part), 'utf8')) as SetUpRecord;
    return record.key === key ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRecord(part: string, record: SetUpRecord): Promise<void> {
  await mkdir(path.dirname(recordFile(part)), { recursive: true });
  await writeFile(recordFile(part), `${JSON.stringify(record, undefined, 2)}\n`);
}

function recordFile(part: string): string {
  return path.join(cacheDir, 'native', `${part}.json`);
}
