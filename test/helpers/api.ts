import http from 'node:http';

/** An answer with its body as JSON where it is one. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body as it says; `any`, since each test knows what it asked. */
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request with any header, also those that fetch does not let through. */
export function ask(url: string, wish: ApiRequest = {}): Promise<ApiAnswer> {
  const { method = 'GET', body } = wish;
  const isJson = body !== undefined && !Buffer.isBuffer(body);
  const headers = { ...(isJson ? { 'content-type': 'application/json' } : {}), ...wish.headers };
  return new Promise((resolve, reject) => {
    const asking = http.request(url, { method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const bytes = Buffer.concat(parts);
        const holdsJson = (answer.headers['content-type'] ?? '').includes('application/json');
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          bytes,
          json: holdsJson && bytes.length > 0 ? (JSON.parse(bytes.toString()) as unknown) : null,
        });
      });
    });
    asking.on('error', reject);
    asking.end(isJson ? JSON.stringify(body) : body);
  });
}

/** Somebody with a browser: keeps the cookie and sends the token. */
export class Visitor {
  readonly #address: string;
  cookie = '';
  csrfToken = '';

  constructor(address: string) {
    this.#address = address;
  }

  async logIn(user: string, password: string): Promise<ApiAnswer> {
    const answer = await this.ask('POST', '/api/session', { user, password });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    this.cookie = cookie.split(';', 1)[0] ?? '';
    this.csrfToken = (answer.json as { csrfToken?: string }).csrfToken ?? '';
    return answer;
  }

  /** Takes the token of who need not log in. */
  async arrive(): Promise<this> {
    this.csrfToken = ((await this.get('/api/session')).json as { csrfToken: string }).csrfToken;
    return this;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.ask('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.ask('POST', path, body, headers);
  }

  ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const own = {
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...(method === 'GET' || this.csrfToken === '' ? {} : { 'x-csrf-token': this.csrfToken }),
      ...headers,
    };
    return ask(this.#address + path, { method, headers: own, body });
  }
}
