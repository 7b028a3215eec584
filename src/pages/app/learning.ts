import { wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Taught } from '../api/types.ts';
import type { App, Notice } from './app.ts';
import { untilSeen } from './until-seen.ts';
import { counted } from './words.ts';

const FIRST_WAIT_MILLIS = 1000;
/** Without news the next look is put off further each time, up to this. */
const LONGEST_WAIT_MILLIS = 10_000;
/** Photos that failed, or wait behind a whole library, are not waited for. */
const MOST_MILLIS_WITHOUT_NEWS = 300_000;

/** What corrections teach: offers to apply it, and shows what comes of it. */
export class Learning {
  readonly #ports: { readonly api: Api } & Pick<App, 'notify' | 'changed'>;
  #isCounting = false;
  #applying = 0;
  #isWatching = false;
  #waitMillis = FIRST_WAIT_MILLIS;
  readonly #end = new AbortController();

  constructor(ports: { readonly api: Api } & Pick<App, 'notify' | 'changed'>) {
    this.#ports = ports;
  }

  /** Asks nothing and says nothing from now on. */
  stop(): void {
    this.#end.abort();
  }

  /** The offer that goes with a correction; undefined where nothing would change, or all is not counted yet. */
  offerFor({ wouldChange, counting }: Taught): Notice['offer'] {
    this.#isCounting = counting;
    if (counting) void this.#watch();
    return counting || wouldChange === 0 ? undefined : this.#offer(wouldChange);
  }

  #offer(faces: number): NonNullable<Notice['offer']> {
    return {
      text: `${counted(faces, 'other face')} would now go to somebody else.`,
      label: 'Apply',
      accept: () => this.#apply(),
    };
  }

  async #apply(): Promise<void> {
    const { api, notify } = this.#ports;
    try {
      const { jobs } = await api.reapply();
      notify({ text: `Looking at ${counted(jobs, 'photo')} again.`, tone: 'good' });
      this.#applying += jobs;
      void this.#watch();
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad' });
    }
  }

  /** Until everything is counted and decided again; not while nobody looks at the tab. */
  async #watch(): Promise<void> {
    this.#waitMillis = FIRST_WAIT_MILLIS;
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      for (let quietMillis = 0; this.#isBusy() && quietMillis < MOST_MILLIS_WITHOUT_NEWS;) {
        const waitMillis = this.#waitMillis;
        this.#waitMillis = Math.min(1.5 * waitMillis, LONGEST_WAIT_MILLIS);
        await new Promise((resolve) => setTimeout(resolve, waitMillis));
        await untilSeen(this.#end.signal);
        quietMillis += waitMillis;
        if (this.#isBusy() && (await this.#look())) {
          quietMillis = 0;
          this.#waitMillis = FIRST_WAIT_MILLIS;
        }
      }
    } catch {
      // A worker that was ended has forgotten what it counted.
      this.#isCounting = false;
      this.#applying = 0;
    }
    this.#isWatching = false;
  }

  #isBusy(): boolean {
    return !this.#end.signal.aborted && (this.#isCounting || this.#applying > 0);
  }

  async #look(): Promise<boolean> {
    const { api, notify, changed } = this.#ports;
    const { faces, counting, applying } = await api.learned();
    const isCounted = this.#isCounting && !counting;
    const isApplied = applying !== this.#applying;
    this.#isCounting &&= counting;
    this.#applying = applying;
    if (isCounted && faces > 0) notify({ text: '', tone: 'good', offer: this.#offer(faces) });
    if (isApplied) changed();
    return isCounted || isApplied;
  }
}
