/** A worker's main process at one moment. */
export interface MemorySample {
  /** Photos that it has done so far. */
  readonly jobs: number;
  readonly rssMiB: number;
}

/** Reads a worker's own metrics; null while it does not answer. */
export async function sampleMemory(address: string): Promise<MemorySample | null> {
  const text = await fetch(`${address}/metrics`)
    .then((answer) => answer.text())
    .catch(() => null);
  const rss = text === null ? null : /^process_resident_memory_bytes (\S+)$/m.exec(text);
  if (text === null || rss === null) return null;
  const jobs = /^face_worker_photos_total\{outcome="done"[^}]*\} (\S+)$/m.exec(text);
  return { jobs: Number(jobs?.[1] ?? 0), rssMiB: Number(rss[1]) / 2 ** 20 };
}

/**
 * MiB that a worker grows in 1,000 of its own photos, by least squares over the second half of its
 * life: in the first half the heap finds its size. 0 when there is too little to tell.
 */
export function slopeMiBPer1000Jobs(samples: readonly MemorySample[]): number {
  const late = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanJobs = mean(late.map(({ jobs }) => jobs));
  const meanMiB = mean(late.map(({ rssMiB }) => rssMiB));
  let [together, spread] = [0, 0];
  for (const { jobs, rssMiB } of late) {
    together += (jobs - meanJobs) * (rssMiB - meanMiB);
    spread += (jobs - meanJobs) ** 2;
  }
  return spread > 0 ? (together / spread) * 1000 : 0;
}
