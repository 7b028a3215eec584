import { readFileSync } from 'node:fs';
import path from 'node:path';

import { readConfig } from '../../src/config.ts';
import { SECRETS, VARIABLES } from '../../src/config/variables.ts';

const text = readFileSync(path.resolve(__dirname, '../../.env.example'), 'utf8');
const lines = [...text.matchAll(/^(?<off># )?(?<name>[A-Z][A-Z_]+)=(?<value>.*)$/gm)].map(
  ({ groups }) => ({
    off: groups!['off'] !== undefined,
    name: groups!['name']!,
    value: groups!['value']!,
  }),
);

test('.env.example names every setting once and nothing else', () => {
  const known = [...Object.keys(VARIABLES), ...SECRETS.map((name) => `${name}_FILE`)];
  expect(lines.map(({ name }) => name).sort()).toEqual(known.sort());
});

test('the values that it sets are the defaults', () => {
  const set = Object.fromEntries(
    lines.filter(({ off }) => !off).map(({ name, value }) => [name, value]),
  );
  expect(readConfig(set)).toEqual(readConfig({}));
});

test('every setting has a comment above it or beside its like', () => {
  for (const block of text.split(/\n\n/).slice(1)) {
    expect(block.split('\n')[0]).toMatch(/^# /);
  }
});
