import path from 'node:path';

import type { PhotoSet } from '../../data/labelled-photo.ts';
import type { LibraryRun } from '../../identification/identify.ts';
import type { JudgedArrival } from '../../identification/judge-arrivals.ts';
import { explain } from './explain.ts';
import { namingOf, type SheetContext } from './pair-sheets.ts';
import { sheetHtml, type SheetRow, type Tile } from './sheet.ts';

const MOST_ROWS = 24;
const MOST_TILES = 16;

/** A person in several founded persons, or a founded person with several people. */
interface Group {
  readonly heading: string;
  /** Photos outside the largest part. */
  readonly astray: number;
  readonly photos: readonly JudgedArrival[];
}

/** Split people and mixed persons of one order of arrival, worst first. */
export async function peopleSheets(
  set: PhotoSet,
  run: LibraryRun,
  context: SheetContext,
): Promise<string> {
  const clusterOf = ({ photo }: JudgedArrival): string | null => run.people[photo] ?? null;
  const labelOf = ({ photo }: JudgedArrival): string | null => set.photos[photo]?.person ?? null;
  const split = groupsOf(run, labelOf, clusterOf);
  const mixed = groupsOf(run, clusterOf, labelOf);
  const rows = (groups: readonly Group[]): Promise<SheetRow[]> =>
    Promise.all(groups.slice(0, MOST_ROWS).map((group) => rowOf(group, { set, run, context })));
  return [
    sheetHtml({
      title: `${set.name}: split people (${split.length})`,
      note: 'One row a person in more than one founded person, first order of arrival; the photos outside its largest part, in the order in which they came.',
      rows: await rows(split),
    }),
    sheetHtml({
      title: `${set.name}: persons with more than one of the people (${mixed.length})`,
      note: 'One row a founded person; the photos that are not of whom it mostly shows.',
      rows: await rows(mixed),
    }),
  ].join('\n');
}

type KeyOf = (arrival: JudgedArrival) => string | null;

function groupsOf(run: LibraryRun, groupOf: KeyOf, partOf: KeyOf): Group[] {
  const groups = new Map<string, Map<string, JudgedArrival[]>>();
  for (const arrival of run.judged) {
    const [group, part] = [groupOf(arrival), partOf(arrival)];
    if (group === null || part === null) continue;
    const parts = groups.get(group) ?? new Map<string, JudgedArrival[]>();
    parts.set(part, [...(parts.get(part) ?? []), arrival]);
    groups.set(group, parts);
  }
  return [...groups]
    .filter(([, parts]) => parts.size > 1)
    .map(([group, parts]): Group => {
      const [largest = [], ...others] = [...parts.values()].sort((a, b) => b.length - a.length);
      const photos = others.flat();
      return {
        heading: `${group}: ${photos.length} of ${largest.length + photos.length} astray, ${parts.size} parts`,
        astray: photos.length,
        photos,
      };
    })
    .sort((a, b) => b.astray - a.astray);
}

async function rowOf(
  group: Group,
  { set, run, context }: { set: PhotoSet; run: LibraryRun; context: SheetContext },
): Promise<SheetRow> {
  const naming = namingOf(run.people, set.photos);
  const tiles = group.photos.slice(0, MOST_TILES).map(async ({ photo, face, judgement }) => {
    const { path: file = '', person = null } = set.photos[photo] ?? {};
    const tile: Tile = {
      picture: await context.thumbnails.face(file, face?.box ?? null),
      title: `${person ?? ''} ${path.basename(file)}`,
      text: face === null ? judgement : `${judgement} at once; ${explain(face, naming)}`,
    };
    return tile;
  });
  return { heading: group.heading, tiles: await Promise.all(tiles) };
}
