import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const src = path.resolve(__dirname, '../../src');
const core = ['image', 'faces', 'descriptors', 'identities', 'nets'];

/** Part → the parts it may import; `type x` allows only `import type`. `errors` and `log` serve all. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  log: [],
  config: [],
  machine: [],
  'frugal-heap': [],
  image: [],
  nets: [],
  immich: ['type faces', 'type identities'],
  faces: ['image', 'nets'],
  descriptors: ['image', 'faces', 'nets'],
  identities: ['descriptors', 'faces'],
  pipeline: core,
  vision: ['type machine', 'image', 'faces', 'descriptors', 'nets'],
  store: ['descriptors', 'type faces', 'identities', 'type immich'],
  queue: ['type pipeline', 'type identities', 'type descriptors', 'type faces'],
  people: ['identities', 'faces', 'type descriptors', 'type pipeline'],
  thumbnails: ['type faces'],
  http: [
    'queue',
    'store',
    'people',
    'thumbnails',
    'type vision',
    'type pipeline',
    'identities',
    'type faces',
  ],
  commands: [
    'queue',
    'store',
    'identities',
    'pipeline',
    'immich',
    'thumbnails',
    'http',
    'type config',
    'type descriptors',
  ],
  /** Runs in the browser; what it knows of the rest is what `/api` answers. */
  pages: [],
};
/** Import everything; nobody imports the first two, and only these import the others. */
const ENTRY_POINTS = [
  'main',
  'cli',
  'run-worker',
  'worker',
  'immich-parts',
  'immich-sink-parts',
  'run-immich-sink',
  'open-people',
];

const IMPORT =
  /(?:^|\n)\s*(?<type>(?:import|export) type)?[^;'"]*?(?:from|import|import\(|require\()\s*['"](?<to>\.[^'"]+)['"]/g;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = readFileSync(path.join(src, from), 'utf8');
  return [...text.matchAll(IMPORT)].map(({ groups }) => ({
    from,
    to: path.join(path.dirname(from), groups!['to']!),
    typeOnly: groups!['type'] !== undefined,
  }));
}

function partOf(file: string): string {
  return file.split(path.sep, 1)[0]!.replace(/\.tsx?$/, '');
}

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const [importer, imported] = [partOf(from), partOf(to)];
  if (to.startsWith('..')) return /^\.\.\/(weights\/[\w-]+|package)\.json$/.test(to);
  if (ENTRY_POINTS.slice(0, 2).includes(imported)) return false;
  if (importer === imported || ENTRY_POINTS.includes(importer)) return true;
  if (ENTRY_POINTS.includes(imported)) return false;
  const allowed = [...(ALLOWED[importer] ?? []), 'errors', 'log'];
  return allowed.includes(imported) || (typeOnly && allowed.includes(`type ${imported}`));
}

function findCycle(file: string, trail: readonly string[], done: Set<string>): readonly string[] {
  if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
  if (done.has(file)) return [];
  done.add(file);
  for (const { to } of imports.filter(({ from }) => from === file)) {
    const cycle = findCycle(to, [...trail, file], done);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test('every part of src has its row in the table', () => {
  expect(files.map(partOf)).not.toHaveLength(0);
  const unknown = files.map(partOf).filter((part) => !(part in ALLOWED));
  expect(unknown.filter((part) => !ENTRY_POINTS.includes(part))).toEqual([]);
});

test('parts import only what the table allows, and nothing outside src but manifests', () => {
  const wrong = imports.filter((one) => !isAllowed(one));
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('every import by a relative path is seen and leads to a file', () => {
  const inside = imports.filter(({ to }) => !to.startsWith('..'));
  expect(inside.filter(({ to }) => !files.includes(to))).toEqual([]);
  const mentions = files.flatMap((file) => [
    ...readFileSync(path.join(src, file), 'utf8').matchAll(/(?:from|import\(?|require\() ?'\./g),
  ]);
  expect(imports).toHaveLength(mentions.length);
});

test('there are no import cycles', () => {
  const done = new Set<string>();
  expect(files.map((file) => findCycle(file, [], done)).find((cycle) => cycle.length > 0)).toBe(
    undefined,
  );
});
