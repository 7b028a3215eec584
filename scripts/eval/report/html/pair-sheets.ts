import path from 'node:path';

import type { SetResult } from '../../evaluate.ts';
import type { Looks } from '../../look/looked-photo.ts';
import { labelledFacePlace } from '../../look/labelled-face.ts';
import type { DistantPair } from '../../verification/worst-pairs.ts';
import { explain, type Naming } from './explain.ts';
import { sheetHtml, type SheetRow, type Tile } from './sheet.ts';
import type { Thumbnails } from './thumbnails.ts';

export interface SheetContext {
  readonly looks: Looks;
  readonly thumbnails: Thumbnails;
}

/** The different people nearest to each other, and the photos of one person farthest apart. */
export async function pairSheets(result: SetResult, context: SheetContext): Promise<string> {
  const { falseMatches, misses } = result.distances;
  return [
    sheetHtml({
      title: `${result.set.name}: two people nearest to each other`,
      note: 'A threshold above the distance joins them. Below each photo stands how the worker decided it in the first order of arrival.',
      rows: await rowsOf(falseMatches, result, context),
    }),
    sheetHtml({
      title: `${result.set.name}: one person farthest apart`,
      note: 'A threshold below the distance parts them.',
      rows: await rowsOf(misses, result, context),
    }),
  ].join('\n');
}

function rowsOf(
  pairs: readonly DistantPair[],
  result: SetResult,
  context: SheetContext,
): Promise<SheetRow[]> {
  return Promise.all(
    pairs.map(async ({ first, second, distance }) => ({
      heading: distance.toFixed(3),
      tiles: await Promise.all([first, second].map((photo) => tileOf(photo, result, context))),
    })),
  );
}

async function tileOf(photo: number, result: SetResult, context: SheetContext): Promise<Tile> {
  const { path: file = '', person } = result.set.photos[photo] ?? {};
  const seen = context.looks.get(file)?.seen ?? null;
  const place = seen === null ? null : labelledFacePlace(seen, result.set.labelledFace);
  const box = place === null ? null : (seen?.faces[place]?.box ?? null);
  return {
    picture: await context.thumbnails.face(file, box),
    title: person ?? path.basename(file),
    text: decisionOf(file, result),
  };
}

function decisionOf(file: string, { library, runs }: SetResult): string {
  const [run] = runs;
  const photo = library.photos.findIndex(({ path: one }) => one === file);
  const judged = run?.judged.find((one) => one.photo === photo);
  if (run === undefined || judged?.face == null) return path.basename(file);
  const naming = namingOf(run.people, library.photos);
  return `${path.basename(file)}: ${judged.judgement} at once; ${explain(judged.face, naming)}`;
}

/** Names a founded person by whom most of its photos show in the end. */
export function namingOf(
  people: readonly (string | null)[],
  photos: readonly { readonly person: string | null }[],
): Naming {
  return (personId) => {
    const counts = new Map<string, number>();
    for (const [place, cluster] of people.entries()) {
      const label = photos[place]?.person;
      if (cluster === personId && label != null) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    return most === undefined ? 'somebody without a label' : most[0];
  };
}
