import Table from 'cli-table3';

import type { BenchReport } from './summary.ts';

/** The figures for people, on standard error, so that `--json` has standard output to itself. */
export function printTables(report: BenchReport): void {
  const runs = new Table({
    head: ['', 'photos/s', 'ratio', 'CPU s/photo', 'cold start ms', 'memory MiB', 'faces'],
  });
  const first = report.imagesPerSecond.faceApiTfjsNode ?? report.rows[0]?.imagesPerSecond ?? 1;
  for (const row of report.rows) {
    runs.push([
      row.name,
      row.imagesPerSecond.toFixed(2),
      `${(row.imagesPerSecond / first).toFixed(2)}×`,
      row.cpuSecondsPerPhoto.toFixed(3),
      Math.round(row.coldStartMillis),
      Math.round(row.totalMiB),
      row.faces,
    ]);
  }
  const nearest = new Table({
    head: ['known faces', 'exact ms', 'plain JS ms', 'HNSW ms', 'HNSW recall', 'HNSW insert ms'],
  });
  for (const [count, figures] of Object.entries(report.nearest)) {
    nearest.push([
      Number(count).toLocaleString('en'),
      figures.exactMillis.toFixed(2),
      figures.plainMillis.toFixed(2),
      figures.hnswMillis?.toFixed(2) ?? '',
      figures.hnswRecall?.toFixed(3) ?? '',
      figures.hnswInsertMillis?.toFixed(2) ?? '',
    ]);
  }
  const stages = Object.entries(report.stageMillis)
    .map(([stage, millis]) => `${stage.replace('Millis', '')} ${millis.toFixed(1)}`)
    .join(', ');
  console.error(`${runs.toString()}\n${nearest.toString()}`);
  console.error(`Stages of a photo in ms (${report.engine}): ${stages}.`);
  console.error(
    `Queue, store, identities and traffic: ${(report.overheadShare * 100).toFixed(1)} % of all processor time.`,
  );
}
