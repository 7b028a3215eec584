import { Presets, SingleBar } from 'cli-progress';

/** Where progress is shown: standard error or output, or a stand-in with as much. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export interface Progress {
  /** Shows that `done` of the total are done. */
  update(done: number): void;
  /** Ends the bar's line. */
  stop(): void;
}

/** Lines that a long run prints at most where there is no terminal. */
const MOST_LINES = 20;

/** A bar on a terminal; elsewhere, in a log file say, a plain line from time to time. */
export function createProgress(options: {
  readonly label: string;
  readonly total: number;
  readonly stream: ProgressStream;
}): Progress {
  return options.stream.isTTY === true ? createBar(options) : createLines(options);
}

function createBar({ label, total, stream }: Parameters<typeof createProgress>[0]): Progress {
  const bar = new SingleBar(
    {
      format: `${label} {bar} {value}/{total}, {rate} a second, {eta_formatted} to go`,
      stream,
      hideCursor: true,
      // Ctrl-C is the caller's: the bar's own handler would end the process.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const startedAt = performance.now();
  bar.start(total, 0, { rate: 0 });
  return {
    update: (done) => {
      bar.update(done, { rate: rateOf(done, startedAt) });
    },
    stop: () => {
      bar.stop();
    },
  };
}

function createLines({ label, total, stream }: Parameters<typeof createProgress>[0]): Progress {
  const step = Math.max(1, Math.ceil(total / MOST_LINES));
  const startedAt = performance.now();
  let shown = 0;
  return {
    update: (done) => {
      if (done === shown || (done < total && done - shown < step)) return;
      shown = done;
      const rate = rateOf(done, startedAt);
      const toGo = rate > 0 ? `, ${Math.ceil((total - done) / rate)} s to go` : '';
      stream.write(`${label} ${done}/${total}, ${rate} a second${toGo}\n`);
    },
    stop: () => undefined,
  };
}

function rateOf(done: number, startedAt: number): number {
  const seconds = (performance.now() - startedAt) / 1000;
  return seconds > 0 ? Number((done / seconds).toPrecision(3)) : 0;
}
