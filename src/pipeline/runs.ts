import type { PhotoRecord } from '../identities/photo-record.ts';

/** A delivery comes again while a worker is frozen: minutes, in which few jobs are for one photo. */
const MOST_PAST_RUNS = 8;

/** Whether this delivery of a job wrote the record, or one of the last revisions before it. */
export function wasWrittenBy(record: PhotoRecord, runId: string): boolean {
  return record.runId === runId || record.pastRunIds?.includes(runId) === true;
}

/** The record with the deliveries that wrote the revisions before it, the last of them first. */
export function withPastRuns(record: PhotoRecord, former: PhotoRecord | null): PhotoRecord {
  if (former === null) return record;
  const past = [former.runId, ...(former.pastRunIds ?? [])];
  return { ...record, pastRunIds: past.slice(0, MOST_PAST_RUNS) };
}
