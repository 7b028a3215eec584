import type { ImmichAccounts } from '../../../src/immich/accounts.ts';
import type { ImmichApi, ImmichRequest } from '../../../src/immich/client/immich-api.ts';
import type { ImmichLinks } from '../../../src/immich/sink/links.ts';
import type { OurSide } from '../../../src/immich/sink/our-side.ts';

/** Ends a worker at its nth write, in Immich or in the store: before it is carried out, or after. */
export class Killer {
  readonly #at: number;
  readonly #when: 'before' | 'after';
  #count = 0;

  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
  }

  get hasStruck(): boolean {
    return this.#count >= this.#at;
  }

  #strikesNow(): boolean {
    this.#count += 1;
    return this.#count >= this.#at;
  }

  async around<T>(work: () => Promise<T>): Promise<T> {
    if (this.hasStruck) throw new Error('the worker is dead');
    if (!this.#strikesNow()) return work();
    if (this.#when === 'after') await work();
    throw new Error('the worker dies');
  }

  links(links: ImmichLinks): ImmichLinks {
    return {
      find: (...asked) => links.find(...asked),
      write: (written) => this.around(() => links.write(written)),
      remove: (keys) => this.around(() => links.remove(keys)),
    };
  }

  ours(ours: OurSide): OurSide {
    return {
      ...ours,
      correct: (...decided) => this.around(() => ours.correct(...decided)),
    };
  }

  accounts(accounts: ImmichAccounts): ImmichAccounts {
    return {
      ...accounts,
      of: (ownerId) => {
        const account = accounts.of(ownerId);
        return { ...account, api: this.#api(account.api) };
      },
    };
  }

  #api(api: ImmichApi): ImmichApi {
    const isWriting = ({ method = 'GET', path }: ImmichRequest): boolean =>
      method !== 'GET' && path !== '/search/metadata';
    const around = <T>(request: ImmichRequest, work: () => Promise<T>): Promise<T> =>
      isWriting(request) ? this.around(work) : work();
    return {
      who: api.who,
      version: () => api.version(),
      json: (request, schema) => around(request, () => api.json(request, schema)),
      done: (request) => around(request, () => api.done(request)),
      beginning: (request, mostBytes) => api.beginning(request, mostBytes),
      save: (request, file) => api.save(request, file),
    };
  }
}
