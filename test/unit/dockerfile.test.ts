import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { tensorflowDir } from '../../scripts/native/tensorflow-wheel.ts';
import { readConfig } from '../../src/config.ts';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const tracked = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-s'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .map((line) => ({ mode: line.slice(0, 6), file: line.slice(line.indexOf('\t') + 1) }));

interface Instruction {
  readonly name: string;
  readonly text: string;
}

function stagesOf(dockerfile: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')) {
    const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || text === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)!.push({ name, text });
  }
  return stages;
}

const stages = stagesOf(read('Dockerfile'));
const [build, image] = [stages[0]!, stages[1]!];
const all = (stage: Instruction[], name: string): string[] =>
  stage.filter((one) => one.name === name).map(({ text }) => text);

function emittedFor(source: string): string {
  const file = path.join(root, 'tsconfig.build.json');
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: object };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root, undefined, file);
  const outputs = ts.getOutputFileNames(parsed, path.join(root, source), false);
  return path.relative(
    root,
    outputs.find((output) => output.endsWith('.js'))!,
  );
}

test('both stages are Node 24, which package.json admits', () => {
  expect(stages).toHaveLength(2);
  expect(all(build, 'FROM')).toEqual(['node:24-bookworm-slim AS build']);
  expect(all(image, 'FROM')).toEqual(['node:24-bookworm-slim']);
  expect((JSON.parse(read('package.json')) as { engines: { node: string } }).engines.node).toBe(
    '>=20.19',
  );
});

test('what the build stage copies is in git and let through by .dockerignore', () => {
  const sources = all(build, 'COPY').flatMap((text) => text.split(/\s+/).slice(0, -1));
  const passed = read('.dockerignore')
    .match(/^!.+$/gm)!
    .map((line) => line.slice(1));
  expect(sources).toContain('src');
  for (const source of sources) {
    expect(passed).toContain(source);
    expect(
      tracked.some(({ file }) => file === source || file.startsWith(`${source}/`)) ? '' : source,
    ).toBe('');
  }
});

test('the build stage runs a set-up that is in git and executable', () => {
  expect(all(build, 'RUN')).toHaveLength(1);
  expect(all(build, 'RUN')[0]).toMatch(/^scripts\/setup --for worker && /);
  expect(tracked).toContainEqual({ mode: '100755', file: 'scripts/setup' });
});

test('what the image copies was made or copied by the build stage, to the same place', () => {
  const made = [
    emittedFor('src/main.ts').split(path.sep)[0],
    'node_modules',
    path.relative(root, path.dirname(tensorflowDir)),
    ...all(build, 'COPY').flatMap((text) => text.split(/\s+/).slice(0, -1)),
  ];
  const copies = all(image, 'COPY').map((text) => /^--from=build \/app\/(\S+) (\S+)$/.exec(text));
  expect(copies.length).toBeGreaterThan(3);
  for (const copy of copies) {
    expect(made).toContain(copy?.[1]);
    expect(copy?.[2]).toBe(copy?.[1]);
  }
});

test('it starts the file that the build makes of src/main.ts', () => {
  expect(JSON.parse(all(image, 'CMD')[0]!)).toEqual(['node', emittedFor('src/main.ts')]);
  expect(tracked.map(({ file }) => file)).toContain('src/main.ts');
});

test('it runs as a user that is not root, in a data folder of that user', () => {
  expect(all(image, 'USER')).toEqual(['node']);
  expect(all(image, 'ENV')[0]).toContain('DATA_DIR=/data');
  expect(all(image, 'RUN')).toEqual(['install -d -o node -g node /data']);
});

test('port and health check are those of the worker', () => {
  const port = String(readConfig({}).http.port);
  expect(all(image, 'EXPOSE')).toEqual([port]);
  const [, command] = /CMD (\[.*\])$/.exec(all(image, 'HEALTHCHECK')[0]!)!;
  const [program, flag, code] = JSON.parse(command!) as string[];
  expect([program, flag]).toEqual(['node', '-e']);
  expect(code).toContain(`(process.env.HTTP_PORT || ${port}) + '/health/live'`);
});
