import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { pip, venvPython } from './python.ts';
import { cacheDir, note, run } from './run.ts';

/** The TensorFlow whose C library the binding is built against. */
export const TENSORFLOW_VERSION = '2.21.0';

const BYTES_NEEDED = 1.4e9;
const DOWNLOAD_TIMEOUT_MILLIS = 1_200_000;

/** A wheel on PyPI that carries TensorFlow's C library. */
export interface TensorflowWheel {
  readonly project: string;
  readonly platform: string;
  readonly sha256: string;
}

const WHEELS: Readonly<Partial<Record<NodeJS.Architecture, TensorflowWheel>>> = {
  x64: {
    project: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  // There is no tensorflow-cpu for aarch64; the plain wheel is CPU-only there.
  arm64: {
    project: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  },
};

/** The wheel for a machine, or undefined when TensorFlow publishes none for it. */
export function wheelFor(machine: {
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  usesGlibc: boolean;
}): TensorflowWheel | undefined {
  return machine.platform === 'linux' && machine.usesGlibc ? WHEELS[machine.arch] : undefined;
}

/** Where the unpacked library is kept, with `lib` and `include` below. */
export const tensorflowDir = path.join(cacheDir, 'tensorflow', TENSORFLOW_VERSION);

/** True once `unpackTensorflow` has finished, now or in an earlier run. */
export function hasTensorflow(): boolean {
  return existsSync(path.join(tensorflowDir, 'lib/libtensorflow.so'));
}

/** Downloads the wheel, checks its SHA-256 and keeps its C library; returns why not, or ''. */
export async function unpackTensorflow(): Promise<string> {
  const wheel = wheelFor({
    platform: process.platform,
    arch: process.arch,
    usesGlibc: usesGlibc(),
  });
  if (wheel === undefined) {
    return `PyPI has no TensorFlow wheel for ${process.platform} ${process.arch}${usesGlibc() ? '' : ' without glibc'}`;
  }
  const workDir = `${tensorflowDir}.partial`;
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true });
  try {
    return (await lacksSpace(workDir)) || (await downloadAndUnpack(wheel, workDir));
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function downloadAndUnpack(wheel: TensorflowWheel, workDir: string): Promise<string> {
  note(`${wheel.project} ${TENSORFLOW_VERSION} from PyPI, about 280 MB; kept: its C library`);
  const requirements = path.join(workDir, 'requirements.txt');
  const requirement = `${wheel.project}==${TENSORFLOW_VERSION} --hash=sha256:${wheel.sha256}\n`;
  await writeFile(requirements, requirement);
  const downloaded = await pip(
    // The wheel is read, not installed, so the Python it is meant for need not be here.
    ['download', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:']
      .concat(['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'])
      .concat(['--platform', wheel.platform, '--dest', workDir, '-r', requirements]),
    { log: 'tensorflow-download', timeoutMillis: DOWNLOAD_TIMEOUT_MILLIS },
  );
  if (!downloaded.ok) return `pip download ${wheel.project}: ${downloaded.reason}`;

  const file = (await readdir(workDir)).find((name) => name.endsWith('.whl')) ?? '';
  const unpacked = path.join(workDir, 'unpacked');
  const result = await run({
    log: 'tensorflow-unpack',
    argv: [venvPython(), '-c', UNPACK, path.join(workDir, file), unpacked],
    timeoutMillis: 300_000,
  });
  if (!result.ok) return `unpacking ${file}: ${result.reason}`;
  const lib = path.join(unpacked, 'lib');
  // The names that tfjs-node's binding is linked by.
  await symlink('libtensorflow_cc.so.2', path.join(lib, 'libtensorflow.so.2'));
  await symlink('libtensorflow_cc.so.2', path.join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', path.join(lib, 'libtensorflow_framework.so'));
  await rm(tensorflowDir, { recursive: true, force: true });
  await rename(unpacked, tensorflowDir);
  return '';
}

/** Streams out the two libraries and the headers of the C API; a wheel is a zip file. */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
headers = ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/')
headers = tuple('tensorflow/include/' + folder for folder in headers)
wanted = {}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
            wanted[name] = 'lib/' + os.path.basename(name)
        elif name.startswith(headers) and name.endswith('.h'):
            wanted[name] = name[len('tensorflow/'):]
    for name, relative in wanted.items():
        path = os.path.join(target, relative)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, 'wb') as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
assert os.path.exists(os.path.join(target, 'lib/libtensorflow_cc.so.2')), 'no libtensorflow_cc.so.2 in the wheel'
`;

async function lacksSpace(directory: string): Promise<string> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= BYTES_NEEDED) return '';
  return `unpacking TensorFlow needs ${BYTES_NEEDED / 1e6} MB on the disk of ${directory}, but ${Math.floor(free / 1e6)} MB are free`;
}

function usesGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}
