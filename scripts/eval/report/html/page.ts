import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { escapeHtml } from '../../../demo-run/sheet-page.ts';
import type { EvalResult, SetResult } from '../../evaluate.ts';
import type { EvalFigures } from '../figures.ts';
import { rowsOf } from '../table.ts';
import { histogramChart, rocChart } from './charts.ts';
import { detectionSheets } from './detection-sheets.ts';
import { pairSheets, type SheetContext } from './pair-sheets.ts';
import { peopleSheets } from './people-sheets.ts';
import { Thumbnails } from './thumbnails.ts';

const STYLE = `
  body { font-family: system-ui, sans-serif; color: #1f2933; background: #f7f8fa; max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; background: #fff; } td, th { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid #e4e7eb; font-variant-numeric: tabular-nums; }
  h2 { margin-top: 2.5rem; } h3 { font-size: .95rem; margin: .25rem 0; }
  .charts, .tiles, .photos { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-start; }
  .row { background: #fff; border: 1px solid #e4e7eb; border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; display: inline-block; vertical-align: top; }
  figure { margin: 0; width: 180px; font-size: .72rem; overflow-wrap: anywhere; } figure.photo { width: 360px; }
  figure img { max-width: 104px; display: block; border-radius: 4px; } .photo svg { display: block; border-radius: 4px; }
  figcaption { line-height: 1.3; margin-top: .2rem; } .none { width: 104px; height: 104px; background: #cbd2d9; }
`;

/** Writes the report: one file with its pictures inside, to be looked at and passed on. */
export async function writePage(
  file: string,
  result: EvalResult,
  figures: EvalFigures,
): Promise<void> {
  const context: SheetContext = { looks: result.looks, thumbnails: new Thumbnails() };
  const sheets: string[] = [await detectionSheets(result, context)];
  for (const one of result.sets) {
    sheets.push(await pairSheets(one, context));
    const [run] = one.runs;
    if (run !== undefined) sheets.push(await peopleSheets(one.library, run, context));
  }
  const album = result.album;
  if (album?.runs[0] !== undefined) {
    sheets.push(await peopleSheets(album.set, album.runs[0], context));
  }
  const { model } = figures;
  const what =
    model === null
      ? 'no photo could be looked at'
      : `engine ${model.engine}, detector ${model.detector}, pack ${model.pack}, descriptor revision ${model.descriptorRevision}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evaluation: ${result.looks.size} photos</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>Evaluation</h1><p>${result.looks.size} photos, ${escapeHtml(what)}, ${new Date().toISOString().slice(0, 10)}. docs/evaluation.md explains each figure.</p>
${tableHtml(figures)}
${result.sets.map(chartsHtml).join('\n')}
${sheets.join('\n')}
</body></html>
`,
  );
}

function tableHtml(figures: EvalFigures): string {
  const rows = rowsOf(figures).map(
    (row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<table><tr><th>set</th><th>figure</th><th>value</th></tr>${rows.join('\n')}</table>`;
}

function chartsHtml({ set, distances, verification }: SetResult): string {
  return `<h2>${escapeHtml(set.name)}: pairs</h2><div class="charts">${rocChart(distances)}${histogramChart(distances, verification.accuracyThreshold)}</div>`;
}
