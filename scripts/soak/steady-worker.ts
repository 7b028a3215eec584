/** Parts of the second half, each longer than the heap takes from one collection to the next. */
const WINDOWS = 8;

/** The worker that is spared, at one moment. */
export interface SteadySample {
  /** Photos that all workers had done. */
  readonly jobs: number;
  /** Photos that it had done itself. */
  readonly photos: number;
  readonly rssMiB: number;
}

/** A worker that takes longer to answer does not work either. */
const LONGEST_ANSWER_MILLIS = 5000;

/** Reads a worker's own metrics; null while it does not answer. */
export async function readSteadyWorker(
  address: string,
): Promise<Omit<SteadySample, 'jobs'> | null> {
  const signal = AbortSignal.timeout(LONGEST_ANSWER_MILLIS);
  const text = await fetch(`${address}/metrics`, { signal })
    .then((answer) => answer.text())
    .catch(() => '');
  const rss = /^process_resident_memory_bytes (\S+)$/m.exec(text);
  if (rss === null) return null;
  const photos = text.matchAll(/^face_worker_photos_total\{(?!.*outcome="failed").*\} (\d+)$/gm);
  const done = [...photos].reduce((sum, [, count]) => sum + Number(count), 0);
  return { rssMiB: Number(rss[1]) / 2 ** 20, photos: done };
}

/** The next sample; of a worker that does not answer, that it has done no more. Null: none was ever taken. */
export function nextSample(
  jobs: number,
  read: Omit<SteadySample, 'jobs'> | null,
  last: SteadySample | undefined,
): SteadySample | null {
  const known = read ?? last;
  return known === undefined ? null : { photos: known.photos, rssMiB: known.rssMiB, jobs };
}

/** The most photos that the others did while this worker did none: one that hangs is seen by it. */
export function mostPassedBy(samples: readonly SteadySample[]): number {
  let [most, since] = [0, 0];
  samples.forEach(({ jobs, photos }, i) => {
    if (photos !== samples[i - 1]?.photos) since = jobs;
    most = Math.max(most, jobs - since);
  });
  return most;
}

/**
 * MiB that a worker grows while 1,000 photos are done by all, by least squares over the second half
 * of its life: in the first half the heap finds its size. Of every few samples the least counts, since
 * what is above it is garbage that waits for its collection. 0 when there is too little to tell.
 */
export function slopeMiBPer1000Jobs(samples: readonly SteadySample[]): number {
  const late = leastOfEach(samples.slice(Math.floor(samples.length / 2)), WINDOWS);
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

function leastOfEach(samples: readonly SteadySample[], windows: number): SteadySample[] {
  const size = Math.max(1, Math.ceil(samples.length / windows));
  const least: SteadySample[] = [];
  for (let from = 0; from < samples.length; from += size) {
    const window = samples.slice(from, from + size);
    least.push(window.reduce((one, other) => (other.rssMiB < one.rssMiB ? other : one)));
  }
  return least;
}
