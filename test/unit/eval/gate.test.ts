import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { readBaseline, writeBaseline } from '../../../scripts/eval/gate/baseline.ts';
import { compare, isPassed } from '../../../scripts/eval/gate/compare.ts';
import { GATED, type GatedFigure } from '../../../scripts/eval/gate/gated-figures.ts';
import type { EvalFigures } from '../../../scripts/eval/report/figures.ts';
import { root } from '../../../scripts/native/run.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';

const gated: readonly GatedFigure[] = [
  { name: 'f', better: 'higher', tolerance: 0.01, pick: ({ seconds }) => seconds },
  { name: 'missed', better: 'lower', tolerance: 1, pick: ({ detection }) => detection.photos },
];

function figures(f: number, missed: number): EvalFigures {
  return {
    verification: null,
    identification: null,
    detection: { recall: null, precision: null, photosWithoutFace: 0, photos: missed },
    album: null,
    sets: {},
    model: null,
    failed: {},
    seconds: f,
  };
}

const verdicts = (f: number, missed: number): string[] =>
  compare(gated, figures(f, missed), { f: 0.9, missed: 3 }).map(({ verdict }) => verdict);

test('within the tolerance, on its edge, beyond it, and better', () => {
  expect(verdicts(0.9, 3)).toEqual(['as before', 'as before']);
  expect(verdicts(0.89, 4)).toEqual(['as before', 'as before']);
  expect(verdicts(0.8899, 5)).toEqual(['worse', 'worse']);
  expect(verdicts(0.92, 1)).toEqual(['better', 'better']);
});

test('one worse figure is enough to fail; better ones do not make up for it', () => {
  const passes = (f: number, missed: number): boolean =>
    isPassed(compare(gated, figures(f, missed), { f: 0.9, missed: 3 }));
  expect([passes(0.9, 3), passes(1, 0), passes(1, 5), passes(0.5, 0)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a figure that the baseline lacks, or that was not measured, fails', () => {
  expect(isPassed(compare(gated, figures(1, 0), { f: 0.9 }))).toBe(false);
  const unmeasured = [{ ...gated[0]!, pick: () => null }];
  expect(isPassed(compare(unmeasured, figures(1, 0), { f: 0.9 }))).toBe(false);
});

test('writing the baseline keeps the figures of the other data', async () => {
  const folder = await tempFolder();
  const file = path.join(folder.path, 'baseline.json');
  await writeBaseline(file, 'shared', { gated, figures: figures(0.9123456, 2) });
  await writeBaseline(file, 'samples', { gated, figures: figures(0.5, 0) });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    shared: { f: 0.91235, missed: 2 },
    samples: { f: 0.5, missed: 0 },
  });
  expect(await readBaseline(file, 'shared')).toEqual({ f: 0.91235, missed: 2 });
  await writeFile(file, '{ "shared": { "f": "high" } }');
  expect(await codeOf(readBaseline(file, 'shared'))).toBe('EVAL_DATA_UNUSABLE');
  await folder.remove();
});

test.each(['shared', 'samples'] as const)(
  'the committed baseline holds every gated figure of the %s data',
  async (data) => {
    const baseline = await readBaseline(path.join(root, 'scripts/eval/baseline.json'), data);
    expect(Object.keys(baseline).sort()).toEqual(GATED[data].map(({ name }) => name).sort());
  },
);
