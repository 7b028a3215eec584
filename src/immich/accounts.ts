import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { logVersion } from './client/check-version.ts';
import type { ImmichApi } from './client/immich-api.ts';
import type { Immich } from './client/open-immich.ts';
import { missingScopes, READING_SCOPES, type Scope } from './client/scopes.ts';
import { getApiKey, getMe, type ImmichApiKey } from './client/users.ts';
import type { ImmichVersion } from './client/version.ts';
import type { RequestReport } from './reports.ts';

/** A user of Immich whose key was accepted. */
export interface ImmichAccount {
  /** The `ownerId` of the user's assets. */
  readonly userId: string;
  readonly name: string;
  readonly api: ImmichApi;
  /** What the key may do. */
  readonly key: ImmichApiKey;
}

/** How one of the keys does, for people. */
export interface AccountState {
  /** The user's name, or what the key is called while nobody knows whose it is. */
  readonly user: string;
  /** 'unreachable': Immich has not answered the last request, or none yet. */
  readonly state: 'ok' | 'refused' | 'unreachable';
  /** What is to be done about it. */
  readonly reason?: string;
}

/** The users that the worker has keys of. */
export interface ImmichAccounts {
  /** Those whose keys were accepted so far. */
  all(): readonly ImmichAccount[];
  /**
   * The account of an owner. Throws IMMICH_KEY_MISSING when no key is this user's, and
   * IMMICH_UNAVAILABLE while Immich has not yet said whose all keys are.
   */
  of(ownerId: string): ImmichAccount;
  /** All keys, as of now. */
  states(): readonly AccountState[];
  /** Whether Immich has still to say whose some of the keys are. */
  isPending(): boolean;
  /**
   * Asks whose the keys are that were not accepted so far, all at once; says so when that changes. Never
   * rejects, and does not ask again of a key of which it is being asked.
   */
  refresh(how?: RefreshOptions): Promise<void>;
  /** A key that Immich refuses from now on; asked about again at the next `refresh`. */
  refused(account: ImmichAccount, error: WorkerError): void;
}

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  /** Told of each key as it is accepted, which the others do not hold up. */
  readonly onAccepted?: () => void;
}

export interface AccountOptions {
  readonly keys: readonly { readonly key: string; readonly label: string }[];
  readonly log: Log;
  /** What the keys are needed for; each missing permission is named once. */
  readonly scopes?: readonly Scope[];
}

/** Prepares the accounts; nothing is asked before `refresh`. */
export function createAccounts(immich: Immich, options: AccountOptions): ImmichAccounts {
  return new KeyedAccounts(immich, options);
}

interface KeyState {
  readonly key: string;
  readonly label: string;
  account?: ImmichAccount | undefined;
  /** Why there is no account; said once. */
  refusal?: WorkerError | undefined;
  /** Whether Immich has not answered the last request. */
  isAway?: boolean;
  /** While it is being asked whose the key is. */
  asking?: Promise<void> | undefined;
}

class KeyedAccounts implements ImmichAccounts {
  readonly #immich: Immich;
  readonly #log: Log;
  readonly #scopes: readonly Scope[];
  readonly #states: KeyState[];
  #versionKnown = false;

  constructor(immich: Immich, { keys, log, scopes = READING_SCOPES }: AccountOptions) {
    this.#immich = immich;
    this.#log = log;
    this.#scopes = scopes;
    this.#states = keys.map(({ key, label }) => ({ key, label }));
  }

  all(): readonly ImmichAccount[] {
    return this.#states.flatMap(({ account }) => (account === undefined ? [] : [account]));
  }

  of(ownerId: string): ImmichAccount {
    const account = this.all().find(({ userId }) => userId === ownerId);
    if (account !== undefined) return account;
    if (this.isPending()) {
      throw new WorkerError(
        'IMMICH_UNAVAILABLE',
        `Immich at ${this.#immich.url} has not yet said whose all API keys are; it is asked again`,
      );
    }
    const refused = this.#states.filter(({ refusal }) => refusal !== undefined);
    throw new WorkerError(
      'IMMICH_KEY_MISSING',
      `expected an API key of Immich's user ${ownerId} in IMMICH_API_KEYS, got keys of ` +
        `${this.#states.length - refused.length} other users` +
        (refused.length === 0 ? '' : ` and ${refused.length} that Immich refuses`),
      { details: { ownerId } },
    );
  }

  states(): readonly AccountState[] {
    return this.#states.map(({ account, label, refusal, isAway }) => {
      const user = account?.name ?? label;
      if (refusal !== undefined) {
        const state = refusal.retryable ? 'unreachable' : 'refused';
        return { user, state, reason: refusal.message };
      }
      return { user, state: account === undefined || isAway === true ? 'unreachable' : 'ok' };
    });
  }

  isPending(): boolean {
    return this.#states.some(
      ({ account, refusal }) => account === undefined && refusal?.retryable !== false,
    );
  }

  async refresh(how: RefreshOptions = {}): Promise<void> {
    const unknown = this.#states.filter(({ account }) => account === undefined);
    await Promise.all(
      unknown.map((state) => {
        state.asking ??= this.#logIn(state, how).finally(() => {
          state.asking = undefined;
        });
        return state.asking;
      }),
    );
  }

  refused(account: ImmichAccount, error: WorkerError): void {
    const state = this.#states.find((one) => one.account === account);
    if (state === undefined) return;
    state.account = undefined;
    this.#refuse(state, error);
  }

  async #logIn(state: KeyState, { signal, onAccepted }: RefreshOptions): Promise<void> {
    const api = this.#immich.as({ key: state.key, who: state.label });
    try {
      await this.#checkVersion(api, signal);
      const key = await getApiKey(api, signal);
      this.#nameMissing(state, key);
      const { id, name } = await getMe(api, signal);
      if (this.#accept(state, { userId: id, name, key })) onAccepted?.();
    } catch (error) {
      if (signal?.aborted === true) return;
      const known = error instanceof WorkerError;
      this.#refuse(
        state,
        known ? error : new WorkerError('IMMICH_ANSWER_INVALID', messageOf(error)),
      );
    }
  }

  #accept(state: KeyState, { userId, name, key }: Omit<ImmichAccount, 'api'>): boolean {
    if (this.all().some((other) => other.userId === userId)) {
      this.#refuse(
        state,
        new WorkerError(
          'IMMICH_KEY_MISSING',
          `expected one API key of each user, got a second one of ${name}; it is not used`,
        ),
      );
      return false;
    }
    const onRequest = ({ outcome }: RequestReport): void => {
      // What the server said, whatever it was, it was there to say.
      state.isAway = outcome === 'IMMICH_UNAVAILABLE';
    };
    const api = this.#immich.as({ key: state.key, who: name, onRequest });
    state.account = { userId, name, key, api };
    state.refusal = undefined;
    this.#log.info({ user: name, userId }, "photos of one of Immich's users are looked at");
    return true;
  }

  #refuse(state: KeyState, error: WorkerError): void {
    const said = state.refusal?.code;
    state.refusal = error;
    if (said === error.code) return;
    this.#log.warn(
      { key: state.label, code: error.code, reason: messageOf(error) },
      "nothing is done for one of Immich's users, whose key this is, until this is put right",
    );
  }

  #nameMissing({ label, refusal }: KeyState, key: ImmichApiKey): void {
    if (refusal?.retryable === false) return;
    for (const { permission, without } of missingScopes(key, this.#scopes)) {
      this.#log.warn(
        { key: label, keyName: key.name, permission, without },
        'an API key lacks a permission',
      );
    }
  }

  async #checkVersion(api: ImmichApi, signal: AbortSignal | undefined): Promise<void> {
    if (this.#versionKnown) return;
    this.#sayVersion(await api.version(signal));
  }

  #sayVersion(version: ImmichVersion): void {
    if (this.#versionKnown) return;
    this.#versionKnown = true;
    logVersion(version, this.#log);
  }
}
