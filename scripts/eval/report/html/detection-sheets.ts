import path from 'node:path';

import { escapeHtml } from '../../../demo-run/sheet-page.ts';
import type { MatchedPhoto } from '../../detection/match-photo.ts';
import type { EvalResult } from '../../evaluate.ts';
import { sheetHtml } from './sheet.ts';
import type { SheetContext } from './pair-sheets.ts';
import type { Picture } from './thumbnails.ts';

const MOST_PHOTOS = 60;

/** Photos with missed or wrong faces, their labels and what was found drawn in, and those without any. */
export async function detectionSheets(result: EvalResult, context: SheetContext): Promise<string> {
  const parts: string[] = [];
  if (result.album !== null) {
    const wrong = result.album.detected.matched
      .filter(({ missed, faces }) => missed.length > 0 || faces.some(isWrong))
      .sort((a, b) => b.missed.length - a.missed.length)
      .slice(0, MOST_PHOTOS);
    const figures = await Promise.all(wrong.map((photo) => figureOf(photo, context)));
    parts.push(
      '<h2>Missed and wrong faces</h2><p>Green: found and right. Red: labelled and missed. Orange: found where no label is, with its score. Dots are noses.</p>',
      figures.length === 0 ? '<p>None.</p>' : `<div class="photos">${figures.join('\n')}</div>`,
    );
  }
  const without = [
    ...result.sets.flatMap(({ withoutFace }) => withoutFace),
    ...(result.album?.detected.withoutFace ?? []),
  ];
  const tiles = await Promise.all(
    without.slice(0, MOST_PHOTOS).map(async (file) => ({
      picture: await context.thumbnails.photo(file),
      title: path.basename(file),
      text: context.looks.get(file)?.error ?? 'no face found',
    })),
  );
  parts.push(
    sheetHtml({
      title: `Photos known to hold a face on which none was found (${without.length})`,
      note: '',
      rows: tiles.length === 0 ? [] : [{ heading: '', tiles }],
    }),
  );
  return parts.join('\n');
}

function isWrong({ verdict }: MatchedPhoto['faces'][number]): boolean {
  return verdict === 'wrong';
}

async function figureOf(photo: MatchedPhoto, context: SheetContext): Promise<string> {
  const { path: file } = photo.truth;
  const size = context.looks.get(file)?.seen?.image ?? { width: 1, height: 1 };
  const picture: Picture = await context.thumbnails.photo(file);
  const caption = `${path.basename(file)}: ${photo.missed.length} of ${photo.labelled} missed, ${photo.faces.filter(isWrong).length} wrong`;
  return `<figure class="photo"><svg viewBox="0 0 ${size.width} ${size.height}" width="360" role="img" aria-label="${escapeHtml(caption)}">
<image href="${picture ?? ''}" width="${size.width}" height="${size.height}" preserveAspectRatio="none"/>
${marksOf(photo, size).join('\n')}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function marksOf(photo: MatchedPhoto, size: { width: number; height: number }): string[] {
  const { boxes, noses } = photo.truth;
  const px = Math.max(size.width, size.height) / 360;
  const rect = (
    { x, y, width, height }: { x: number; y: number; width: number; height: number },
    colour: string,
  ): string =>
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${colour}" stroke-width="${(2 * px).toFixed(1)}"/>`;
  const missed = photo.missed.flatMap((place) => {
    const box = boxes?.[place];
    return box === undefined ? [] : [rect(box, '#e02424')];
  });
  const dots = (noses ?? []).map(([x, y], place) => {
    const colour = photo.missed.includes(place) ? '#e02424' : '#31c48d';
    return `<circle cx="${x}" cy="${y}" r="${(3.5 * px).toFixed(1)}" fill="${colour}" stroke="#fff" stroke-width="${px.toFixed(1)}"/>`;
  });
  const found = photo.faces.map(({ face, verdict }) => {
    if (verdict !== 'wrong') return rect(face.box, verdict === 'right' ? '#31c48d' : '#9ca3af');
    return `${rect(face.box, '#ff8a00')}<text x="${face.box.x}" y="${face.box.y - 3 * px}" font-size="${(12 * px).toFixed(1)}" fill="#ff8a00" stroke="#000" stroke-width="${(0.3 * px).toFixed(1)}">${face.score.toFixed(2)}</text>`;
  });
  return [...found, ...missed, ...dots];
}
