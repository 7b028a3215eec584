/** A worker's main process at one moment. */
export interface MemorySample {
  /** Photos that all workers had done. */
  readonly jobs: number;
  readonly rssMiB: number;
}

/** Reads a worker's own metrics; null while it does not answer. */
export async function readRssMiB(address: string): Promise<number | null> {
  const text = await fetch(`${address}/metrics`)
    .then((answer) => answer.text())
    .catch(() => '');
  const rss = /^process_resident_memory_bytes (\S+)$/m.exec(text);
  return rss === null ? null : Number(rss[1]) / 2 ** 20;
}

/**
 * MiB that a worker grows while 1,000 photos are done by all, by least squares over the second half
 * of its life: in the first half the heap finds its size. 0 when there is too little to tell.
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
