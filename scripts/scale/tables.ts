import Table from 'cli-table3';

import type { ClientReport } from './client-child.ts';
import type { CommitsRow } from './commits.ts';
import type { IndexReport } from './index-child.ts';
import type { ReadingReport } from './reading-child.ts';

export interface ScaleReport {
  readonly index: readonly IndexReport[];
  readonly start: readonly (ReadingReport & {
    readonly store: string;
    readonly storeMiB: number | null;
  })[];
  /** What a start on MongoDB costs the worker itself; null: not measured. */
  readonly client: ClientReport | null;
  readonly commits: readonly (CommitsRow & { readonly store: string })[];
}

/** Without colours: the tables are copied into documents. */
const PLAIN = { head: [], border: [], compact: true };

/** The figures for people. */
export function describe({ index, start, client, commits }: ScaleReport): string {
  return [indexTable(index), startTable(start), clientLine(client), commitsTable(commits)]
    .filter(Boolean)
    .join('\n');
}

function indexTable(rows: ScaleReport['index']): string {
  if (rows.length === 0) return '';
  const head = ['known faces', 'of a person', 'MiB', 'bytes a face', 'ms a search'];
  const table = new Table({
    style: PLAIN,
    head: [...head, 'ms after a correction', 'ms to replace a photo'],
  });
  for (const row of rows) {
    table.push([
      counted(row.faces),
      counted(row.facesOfPerson),
      row.memoryMiB.toFixed(0),
      row.bytesPerFace.toFixed(0),
      row.searchMillis.toFixed(1),
      row.afterCorrectionMillis.toFixed(0),
      row.replaceMillis.toFixed(2),
    ]);
  }
  return table.toString();
}

function startTable(rows: ScaleReport['start']): string {
  if (rows.length === 0) return '';
  const head = [
    'store',
    'faces',
    'MiB stored',
    'ms to open',
    's to read',
    'longest block ms',
    'MiB',
  ];
  const table = new Table({ style: PLAIN, head });
  for (const row of rows) {
    table.push([
      row.store,
      counted(row.faces),
      row.storeMiB === null ? '' : row.storeMiB.toFixed(0),
      row.openMillis.toFixed(0),
      (row.readMillis / 1000).toFixed(1),
      row.longestBlockMillis.toFixed(0),
      (row.memory.after - row.memory.before).toFixed(0),
    ]);
  }
  return table.toString();
}

function clientLine(client: ScaleReport['client']): string {
  if (client === null) return '';
  const { faces, takeInMillis, repliesMiB } = client;
  return (
    `Taking in ${counted(faces)} faces of MongoDB's replies (${repliesMiB.toFixed(0)} MiB) costs the ` +
    `worker ${(takeInMillis / 1000).toFixed(1)} s, whichever server sends them.`
  );
}

function commitsTable(rows: ScaleReport['commits']): string {
  if (rows.length === 0) return '';
  const table = new Table({
    style: PLAIN,
    head: ['store', 'workers', 'owners', 'commits/s', 'conflicts a commit'],
  });
  for (const row of rows) {
    table.push([
      row.store,
      row.workers,
      row.owners,
      row.commitsPerSecond.toFixed(0),
      row.conflictsPerCommit.toFixed(2),
    ]);
  }
  return table.toString();
}

function counted(value: number): string {
  return value.toLocaleString('en');
}
