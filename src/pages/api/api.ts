import { ApiError } from './api-error.ts';
import type {
  Answer,
  Answered,
  Corrected,
  Correction,
  CorrectionPreview,
  ImportReport,
  Learned,
  Page,
  PersonDetails,
  PhotoDetails,
  Session,
  Status,
  WhoAnswer,
} from './types.ts';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Query;
  readonly json?: unknown;
  readonly body?: Blob;
  readonly signal?: AbortSignal | undefined;
}

/** Talks to `/api` of the worker that served the pages. Every call throws an `ApiError`. */
export class Api {
  #csrfToken = '';
  /** Told when an answer says that the login has ended. */
  onLoggedOut: () => void = () => undefined;
  /** Whose people are asked for; undefined: those of the login. */
  readonly owner: string | undefined;

  constructor(owner: string | undefined) {
    this.owner = owner;
  }

  /** The same login, asking for another owner's people. */
  for(owner: string | undefined): Api {
    const api = new Api(owner);
    api.#csrfToken = this.#csrfToken;
    api.onLoggedOut = this.onLoggedOut;
    return api;
  }

  session(): Promise<Session> {
    return this.#keepToken(this.#askOnce('session'));
  }

  logIn(user: string, password: string): Promise<Session> {
    return this.#keepToken(this.#askOnce('session', { method: 'POST', json: { user, password } }));
  }

  async logOut(): Promise<void> {
    await this.#ask('session', { method: 'DELETE' });
  }

  page<T>(path: string, query: Query, signal?: AbortSignal): Promise<Page<T>> {
    return this.#ask(path, { query, signal });
  }

  person(personId: string): Promise<PersonDetails> {
    return this.#ask(`people/${encodeURIComponent(personId)}`);
  }

  photo(assetId: string): Promise<PhotoDetails> {
    return this.#ask(`photos/${encodeURIComponent(assetId)}`);
  }

  /** `name` is the one that stays when two named people are one; `head` as for `correct`. */
  answer(
    reviewId: string,
    answer: Answer,
    more: { name?: string | undefined; head?: number | undefined } = {},
  ): Promise<Answered> {
    const path = `review/${encodeURIComponent(reviewId)}`;
    return this.#ask(path, { method: 'POST', json: { answer, ...more } });
  }

  /** `head` is what the person at the screen has seen; later changes to the same are refused. */
  correct(correction: Correction, head?: number): Promise<Corrected> {
    return this.#ask('corrections', { method: 'POST', json: { correction, head } });
  }

  preview(correction: Correction): Promise<CorrectionPreview> {
    return this.#ask('corrections/preview', { method: 'POST', json: { correction } });
  }

  reapply(): Promise<{ jobs: number }> {
    return this.#ask('reapply', { method: 'POST', json: {} });
  }

  learned(): Promise<Learned> {
    return this.#ask('reapply');
  }

  who(photo: Blob): Promise<WhoAnswer> {
    return this.#ask('who', { method: 'POST', body: photo });
  }

  import(file: unknown): Promise<ImportReport> {
    return this.#ask('import', { method: 'POST', json: file });
  }

  status(signal?: AbortSignal): Promise<Status> {
    return this.#ask('status', { signal });
  }

  async retry(jobId: string): Promise<void> {
    await this.#ask(`failures/${encodeURIComponent(jobId)}/retry`, { method: 'POST', json: {} });
  }

  exportUrl(): string {
    return this.#url('export', {});
  }

  /** `version`: another one is another address, so that a page that shows the picture fetches it again. */
  thumbnailUrl(faceId: string, sizePx: 96 | 192 | 384, version?: number): string {
    return this.#url(`faces/${encodeURIComponent(faceId)}/thumbnail`, { size: sizePx, version });
  }

  imageUrl(assetId: string, widthPx: 480 | 1600, version?: number): string {
    return this.#url(`photos/${encodeURIComponent(assetId)}/image`, { width: widthPx, version });
  }

  /** Why a placeholder stands at a picture's address, in words; null: the picture is there. */
  async whyMissing(url: string): Promise<string | null> {
    const answer = await fetch(url, { method: 'HEAD', credentials: 'same-origin' }).catch(
      () => null,
    );
    return answer?.headers.get('x-missing-words') ?? null;
  }

  #url(path: string, query: Query): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, owner: this.owner })) {
      if (value === undefined || value === '') continue;
      for (const one of typeof value === 'object' ? value : [value]) {
        search.append(name, one);
      }
    }
    const text = search.toString();
    return `/api/${path}${text === '' ? '' : `?${text}`}`;
  }

  /** A worker that was started again knows no token of before: a change is then tried once more. */
  async #ask<T>(path: string, ask: Ask = {}): Promise<T> {
    const token = this.#csrfToken;
    try {
      return await this.#askOnce<T>(path, ask);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : null;
      if (status === 401) this.onLoggedOut();
      if (status !== 403 || (ask.method ?? 'GET') === 'GET') throw error;
      await this.session();
      if (this.#csrfToken === token) throw error;
      return this.#askOnce<T>(path, ask);
    }
  }

  async #askOnce<T>(path: string, { method = 'GET', query = {}, ...ask }: Ask = {}): Promise<T> {
    const headers = this.#headers(method, ask);
    const answer = await fetch(this.#url(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      body: ask.json === undefined ? (ask.body ?? null) : JSON.stringify(ask.json),
      signal: ask.signal ?? null,
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0, 'UNREACHABLE', 'no answer');
    });
    if (!answer.ok) throw await toError(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  #headers(method: string, { json, body }: Ask): Record<string, string> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (method !== 'GET') headers['x-csrf-token'] = this.#csrfToken;
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (body !== undefined) headers['content-type'] = body.type || 'image/jpeg';
    return headers;
  }

  async #keepToken(asked: Promise<Session>): Promise<Session> {
    const session = await asked;
    this.#csrfToken = session.csrfToken;
    return session;
  }
}

async function toError(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as {
    error?: { code?: string; message?: string; details?: unknown };
  } | null;
  const { code = 'UNEXPECTED', message = `status ${answer.status}`, details } = body?.error ?? {};
  return new ApiError(answer.status, code, message, details);
}
