import { wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Taught } from '../api/types.ts';
import type { App, Notice } from './app.ts';
import { counted } from './words.ts';

const POLL_MILLIS = 1000;
/** Photos that failed, or wait behind a whole library, are not waited for. */
const MOST_POLLS_WITHOUT_NEWS = 300;

/** What corrections teach: offers to apply it, and shows what comes of it. */
export class Learning {
  readonly #ports: { readonly api: Api } & Pick<App, 'notify' | 'changed'>;
  #isCounting = false;
  #applying = 0;
  #isWatching = false;
  #isOver = false;

  constructor(ports: { readonly api: Api } & Pick<App, 'notify' | 'changed'>) {
    this.#ports = ports;
  }

  /** Asks nothing and says nothing from now on. */
  stop(): void {
    this.#isOver = true;
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

  /** Until everything is counted and decided again. */
  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      for (let polls = 0; polls < MOST_POLLS_WITHOUT_NEWS && this.#isBusy; polls++) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
        if (await this.#look()) polls = 0;
      }
    } catch {
      // A worker that was ended has forgotten what it counted.
      this.#isCounting = false;
      this.#applying = 0;
    }
    this.#isWatching = false;
  }

  get #isBusy(): boolean {
    return !this.#isOver && (this.#isCounting || this.#applying > 0);
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
