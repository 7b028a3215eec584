import { rm } from 'node:fs/promises';
import path from 'node:path';

import { nodeGypRebuild, packageDir, packageVersion } from './npm-package.ts';
import { readRecord, recordKey, writeRecord } from './record.ts';
import { note, root, run, type CommandResult } from './run.ts';

const PREBUILT_TIMEOUT_MILLIS = 90_000;

/** Sets up canvas: there already, or its prebuilt library, or compiled here. */
export async function setUpCanvas(retry: boolean): Promise<void> {
  const version = await packageVersion('canvas');
  if (version === undefined) {
    note('npm left the optional package canvas out; the demo draws no contact sheet');
    return;
  }
  const key = recordKey(version);
  if ((await tryCanvas()).ok) {
    note(`canvas ${version} loads`);
    return;
  }
  const record = await readRecord('canvas', key);
  if (record?.loads === false && !retry) {
    note(`could not be set up before: ${record.detail}; scripts/setup --retry tries again`);
    return;
  }
  const outcome = await obtainCanvas();
  await writeRecord('canvas', { key, ...outcome });
  note(
    outcome.loads
      ? `canvas ${version} loads: ${outcome.detail}`
      : `canvas could not be set up, so the demo draws no contact sheet: ${outcome.detail}`,
  );
}

async function obtainCanvas(): Promise<{ loads: boolean; detail: string }> {
  note("canvas's own installer: downloads a prebuilt library");
  const prebuilt = await run({
    log: 'canvas-prebuilt',
    argv: [process.execPath, path.join(packageDir('prebuild-install'), 'bin.js'), '-r', 'napi'],
    cwd: packageDir('canvas'),
    timeoutMillis: PREBUILT_TIMEOUT_MILLIS,
  });
  const loaded = prebuilt.ok ? await tryCanvas() : prebuilt;
  if (loaded.ok) return { loads: true, detail: 'prebuilt' };
  note(`  that failed (${loaded.reason})`);
  await rm(path.join(packageDir('canvas'), 'build'), { recursive: true, force: true });

  note('compiling canvas against the installed libraries, about half a minute');
  const compiled = await nodeGypRebuild('canvas', 'canvas-compile');
  const result = compiled.ok ? await tryCanvas() : compiled;
  return result.ok
    ? { loads: true, detail: 'compiled here' }
    : { loads: false, detail: `${result.reason} (see .cache/logs/canvas-compile.log)` };
}

function tryCanvas(): Promise<CommandResult> {
  return run({
    log: 'canvas-load',
    argv: [process.execPath, '-e', "require('canvas').createCanvas(8, 8).toBuffer()"],
    cwd: root,
    timeoutMillis: 30_000,
  });
}
