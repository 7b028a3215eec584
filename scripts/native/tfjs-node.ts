import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

import { nodeGypRebuild, packageDir, packageVersion } from './npm-package.ts';
import { readRecord, recordKey, writeRecord } from './record.ts';
import { cacheDir, note, run, type CommandResult } from './run.ts';
import {
  hasTensorflow,
  TENSORFLOW_VERSION,
  tensorflowDir,
  unpackTensorflow,
} from './tensorflow-wheel.ts';

const PACKAGE = '@tensorflow/tfjs-node';
const NAPI_VERSION = 8;
const INSTALLER_TIMEOUT_MILLIS = 180_000;

const dir = packageDir(PACKAGE);
const binding = path.join(dir, `lib/napi-v${NAPI_VERSION}/tfjs_binding.node`);
const deps = path.join(dir, 'deps');

/**
 * Gives tfjs-node its native library: there already, or the package's own installer, or TensorFlow's
 * wheel from PyPI. Says why when none works; the worker then runs the same nets on another engine.
 */
export async function setUpTfjsNode(retry: boolean): Promise<void> {
  const version = await packageVersion(PACKAGE);
  if (version === undefined) {
    note(`npm left the optional package ${PACKAGE} out; the worker takes another engine`);
    return;
  }
  const key = `${recordKey(version)} tensorflow-${TENSORFLOW_VERSION}`;
  const record = await readRecord('tfjs-node', key);
  const isThere = existsSync(binding) && existsSync(path.join(deps, 'lib'));
  if (record?.loads === true && isThere) {
    note(`tfjs-node ${version} loads (${record.detail})`);
    return;
  }
  if (record?.loads === false && !retry) {
    note(`could not be set up before: ${record.detail}; scripts/setup --retry tries again`);
    return;
  }
  const outcome = await obtainTfjsNode(isThere);
  await writeRecord('tfjs-node', { key, ...outcome });
  note(
    outcome.loads
      ? `tfjs-node ${version} loads (${outcome.detail})`
      : `tfjs-node could not be set up, so the worker runs the same nets on another engine: ${outcome.detail}`,
  );
}

async function obtainTfjsNode(isThere: boolean): Promise<{ loads: boolean; detail: string }> {
  if (process.arch === 'x64' && !hasAvx(await readCpuInfo())) {
    return { loads: false, detail: 'this CPU has no AVX, which TensorFlow needs' };
  }
  if (isThere && (await tryTfjsNode()).ok) return { loads: true, detail: 'found in place' };

  let installerReason = 'not tried, since the wheel is unpacked already';
  if (!hasTensorflow()) {
    const installed = await runOwnInstaller();
    if (installed.ok) return { loads: true, detail: "from the package's own installer" };
    installerReason = installed.reason;
    note(`  that failed (${installerReason})`);
    const wheelReason = await unpackTensorflow();
    if (wheelReason !== '') {
      return { loads: false, detail: `own installer: ${installerReason}; wheel: ${wheelReason}` };
    }
  }
  const built = await buildAgainstWheel();
  if (built.ok) {
    return { loads: true, detail: `TensorFlow ${TENSORFLOW_VERSION} from its PyPI wheel` };
  }
  const detail = `own installer: ${installerReason}; binding against the wheel: ${built.reason}`;
  return { loads: false, detail: `${detail} (see .cache/logs/tfjs-node-build.log)` };
}

async function runOwnInstaller(): Promise<CommandResult> {
  note("the package's own installer: downloads libtensorflow and a prebuilt binding");
  // The installer rewrites its package.json for a while, and a failed one leaves half of its files.
  const packageJson = path.join(dir, 'package.json');
  const kept = path.join(cacheDir, 'tfjs-node-package.json');
  await removeNativeFiles();
  await copyFile(packageJson, kept);
  const installed = await run({
    log: 'tfjs-node-installer',
    argv: ['npm', 'rebuild', PACKAGE, '--foreground-scripts'],
    timeoutMillis: INSTALLER_TIMEOUT_MILLIS,
  });
  await rename(kept, packageJson);
  const loaded = installed.ok ? await tryTfjsNode() : installed;
  if (!loaded.ok) await removeNativeFiles();
  return loaded;
}

async function buildAgainstWheel(): Promise<CommandResult> {
  note(`building tfjs-node's binding against TensorFlow ${TENSORFLOW_VERSION}, about ten seconds`);
  await removeNativeFiles();
  await symlink(path.relative(path.dirname(deps), tensorflowDir), deps);
  const built = await nodeGypRebuild(PACKAGE, 'tfjs-node-build', [
    '--module_name=tfjs_binding',
    `--module_path=${path.dirname(binding)}`,
    `--napi_version=${NAPI_VERSION}`,
    `--napi_build_version=${NAPI_VERSION}`,
  ]);
  return built.ok ? tryTfjsNode() : built;
}

async function removeNativeFiles(): Promise<void> {
  for (const name of ['deps', 'lib', 'build']) {
    await rm(path.join(dir, name), { recursive: true, force: true });
  }
}

/** Computes something in a process of its own, since a broken library can end the process. */
function tryTfjsNode(): Promise<CommandResult> {
  const program = [
    // tfjs-node 4.22 calls a function that Node 23 removed.
    "require('node:util').isNullOrUndefined ??= (value) => value === null || value === undefined;",
    `const tf = require('${PACKAGE}');`,
    "if (tf.getBackend() !== 'tensorflow') throw new Error('the backend is ' + tf.getBackend());",
    'if (tf.add(tf.tensor1d([1]), 2).dataSync()[0] !== 3) throw new Error("1 + 2 is not 3");',
  ].join('\n');
  return run({
    log: 'tfjs-node-load',
    argv: [process.execPath, '-e', program],
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMillis: 60_000,
  });
}

/** Whether the text of /proc/cpuinfo names AVX; with no text to read the load test decides. */
export function hasAvx(cpuInfo: string): boolean {
  return cpuInfo === '' || /^flags\s*:.*\bavx\b/m.test(cpuInfo);
}

async function readCpuInfo(): Promise<string> {
  try {
    return await readFile('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
