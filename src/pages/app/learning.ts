import { isNoNews, wordsFor } from '../api/api-error.ts';
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
  #quietMillis = 0;
  readonly #end = new AbortController();

  constructor(ports: { readonly api: Api } & Pick<App, 'notify' | 'changed'>) {
    this.#ports = ports;
  }

  /** Asks nothing and says nothing from now on. */
  stop(): void {
    this.#end.abort();
  }

  /** The offer that goes with a correction; null where nothing would change, undefined where all is not counted yet. */
  offerFor({ wouldChange, counting }: Taught): Notice['offer'] {
    this.#isCounting = counting;
    if (counting) void this.#watch();
    if (counting) return undefined;
    return wouldChange === 0 ? null : this.#offer(wouldChange);
  }

  /** Has everything that was learned applied; what could not be is offered again. */
  async apply(faces: number): Promise<void> {
    const { api, notify, changed } = this.#ports;
    try {
      const { jobs } = await api.reapply();
      notify({ text: `Looking at ${counted(jobs, 'photo')} again.`, tone: 'good', offer: null });
      this.#applying += jobs;
      void this.#watch();
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad', offer: this.#offer(faces) });
    }
    changed();
  }

  #offer(faces: number): NonNullable<Notice['offer']> {
    return { text: learnedText(faces), label: 'Apply', accept: () => this.apply(faces) };
  }

  /** Until everything is counted and decided again; not while nobody looks at the tab. */
  async #watch(): Promise<void> {
    this.#hadNews();
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      while (this.#isBusy() && this.#quietMillis < MOST_MILLIS_WITHOUT_NEWS) {
        const waitMillis = this.#waitMillis;
        this.#waitMillis = Math.min(1.5 * waitMillis, LONGEST_WAIT_MILLIS);
        await new Promise((resolve) => setTimeout(resolve, waitMillis));
        await untilSeen(this.#end.signal);
        this.#quietMillis += waitMillis;
        if (this.#isBusy() && (await this.#look().catch(unlessTold))) this.#hadNews();
      }
    } catch {
      // A worker that was ended has forgotten what it counted.
      this.#isCounting = false;
      this.#applying = 0;
    }
    this.#isWatching = false;
  }

  #hadNews(): void {
    this.#waitMillis = FIRST_WAIT_MILLIS;
    this.#quietMillis = 0;
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

/** What would come of applying what corrections have taught. */
export function learnedText(faces: number): string {
  return `${counted(faces, 'other face')} would now go to somebody else.`;
}

/** A tab that is seen again may be back before its network is. */
function unlessTold(error: unknown): boolean {
  if (isNoNews(error)) return false;
  throw error;
}
