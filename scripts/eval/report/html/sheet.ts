import { escapeHtml } from '../../../demo-run/sheet-page.ts';
import type { Picture } from './thumbnails.ts';

/** A picture with what is to be said of it. */
export interface Tile {
  readonly picture: Picture;
  readonly title: string;
  readonly text: string;
}

/** Tiles that belong together, under one heading. */
export interface SheetRow {
  readonly heading: string;
  readonly tiles: readonly Tile[];
}

export function sheetHtml(sheet: {
  title: string;
  note: string;
  rows: readonly SheetRow[];
}): string {
  const rows = sheet.rows.map(
    ({ heading, tiles }) =>
      `<section class="row"><h3>${escapeHtml(heading)}</h3><div class="tiles">${tiles.map(tileHtml).join('')}</div></section>`,
  );
  const body = rows.length === 0 ? '<p>None.</p>' : rows.join('\n');
  return `<h2>${escapeHtml(sheet.title)}</h2><p>${escapeHtml(sheet.note)}</p>${body}`;
}

function tileHtml({ picture, title, text }: Tile): string {
  const image =
    picture === null
      ? '<div class="none">no picture</div>'
      : `<img src="${picture}" alt="${escapeHtml(title)}" loading="lazy">`;
  return `<figure>${image}<figcaption><b>${escapeHtml(title)}</b> ${escapeHtml(text)}</figcaption></figure>`;
}
