import { createHmac, randomBytes } from 'node:crypto';

import fastifyCookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { WorkerError } from '../errors.ts';
import { sendError } from './error-answer.ts';
import { Credentials } from './login/credentials.ts';
import type { Account, Login } from './login/login.ts';
import { isSameText } from './login/passwords.ts';
import { Sessions, SESSION_SECONDS } from './login/sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only on open routes. */
    login: Login | null;
  }
  interface FastifyContextConfig {
    /** Answers without login: a container's health check has none, nor has who is about to log in. */
    open?: boolean;
    /** Answers without login, but knows who asks where right credentials come; wrong ones are refused. */
    loginOptional?: boolean;
    /** Only for who may see all owners. */
    adminOnly?: boolean;
  }
}

export interface GuardOptions {
  /** None: everybody on this machine may do all. */
  readonly accounts: readonly Account[];
}

/** Begins and ends sessions; for the login routes. */
export interface Guard {
  logIn(given: { user: string; password: string }, with_: RequestAndReply): Promise<Login>;
  logOut(with_: RequestAndReply): void;
}

interface RequestAndReply {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Methods that change nothing. */
export const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
export const COOKIE = 'face_worker_session';

/**
 * Who may ask: with accounts, whoever has a session or gives Basic credentials; without, only pages
 * of this machine, since any website in the user's browser can send requests to a loopback address.
 * Requests that change something must not come from another site in either case.
 */
export async function guard(app: FastifyInstance, { accounts }: GuardOptions): Promise<Guard> {
  const doorkeeper = new Doorkeeper(accounts);
  await app.register(fastifyCookie);
  app.decorateRequest('login', null);
  app.addHook('onRequest', refuseOtherSites);
  if (accounts.length === 0) app.addHook('onRequest', refuseForeignHosts);
  app.addHook('onRequest', async (request, reply) => {
    try {
      request.login = await doorkeeper.admit(request);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (error.code !== 'FORBIDDEN') askForLogin(request, reply);
      // Not thrown: plugins have error handlers of their own, for which it would be a fault of ours.
      return sendError(reply, error);
    }
  });
  return doorkeeper;
}

/**
 * FORBIDDEN unless the request shows its login's token. Who gives Basic credentials with each
 * request needs none: no page can make a browser send them with our content types from elsewhere.
 */
export function csrfError(request: FastifyRequest): WorkerError | undefined {
  const { login } = request;
  if (READING.has(request.method) || login === null || login.by === 'basic') return undefined;
  const given = request.headers['x-csrf-token'];
  if (typeof given === 'string' && isSameText(given, login.csrfToken)) return undefined;
  return new WorkerError(
    'FORBIDDEN',
    'expected the header x-csrf-token with the csrfToken of GET /api/session',
  );
}

class Doorkeeper implements Guard {
  readonly #credentials: Credentials;
  readonly #sessions = new Sessions();
  readonly #key = randomBytes(32);
  readonly #hasAccounts: boolean;

  constructor(accounts: readonly Account[]) {
    this.#credentials = new Credentials(accounts);
    this.#hasAccounts = accounts.length > 0;
  }

  /** Who asks; null on a route that answers without login. Throws what keeps the request out. */
  async admit(request: FastifyRequest): Promise<Login | null> {
    const { open = false, loginOptional = false, adminOnly = false } = request.routeOptions.config;
    const login = await this.recognise(request, open);
    if (login === null && !open && !loginOptional) {
      throw new WorkerError('LOGIN_NEEDED', 'log in first: user and password are needed here');
    }
    if (adminOnly && login?.ownerId !== null) {
      throw new WorkerError('FORBIDDEN', 'this is only for who may see all owners (HTTP_USER)');
    }
    return login;
  }

  /** An open route answers also to who gives wrong credentials. */
  async recognise(request: FastifyRequest, open: boolean): Promise<Login | null> {
    if (!this.#hasAccounts) {
      return { user: 'local', ownerId: null, by: 'nobody', csrfToken: this.#csrfToken('') };
    }
    const token = request.cookies[COOKIE];
    const account = token === undefined ? null : this.#sessions.find(token);
    if (account !== null && token !== undefined) {
      return { ...this.#who(account), by: 'session', csrfToken: this.#csrfToken(token) };
    }
    const basic = readBasic(request.headers.authorization);
    if (basic === null || open) return null;
    const known = await this.#credentials.check(basic, request.ip);
    return { ...this.#who(known), by: 'basic', csrfToken: '' };
  }

  async logIn(
    given: { user: string; password: string },
    { request, reply }: RequestAndReply,
  ): Promise<Login> {
    const account = await this.#credentials.check(given, request.ip);
    this.#end(request);
    const token = this.#sessions.begin(account);
    reply.setCookie(COOKIE, token, {
      ...cookieOptions(request),
      maxAge: SESSION_SECONDS,
    });
    return { ...this.#who(account), by: 'session', csrfToken: this.#csrfToken(token) };
  }

  logOut({ request, reply }: RequestAndReply): void {
    this.#end(request);
    reply.clearCookie(COOKIE, cookieOptions(request));
  }

  #end(request: FastifyRequest): void {
    const token = request.cookies[COOKIE];
    if (token !== undefined) this.#sessions.end(token);
  }

  #who({ user, ownerId }: Account): Pick<Login, 'user' | 'ownerId'> {
    return { user, ownerId };
  }

  #csrfToken(of: string): string {
    return createHmac('sha256', this.#key).update(of).digest('base64url');
  }
}

function cookieOptions(request: FastifyRequest): {
  path: string;
  httpOnly: true;
  sameSite: 'strict';
  secure: boolean;
} {
  // Behind a proxy that HTTP_TRUSTED_PROXIES names, the protocol is the browser's.
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' };
}

function readBasic(header: string | undefined): { user: string; password: string } | null {
  const encoded = /^basic +(?<encoded>[\w+/=-]+)$/i.exec(header ?? '')?.groups?.['encoded'];
  const text = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Browsers ask with a box of their own; not for the pages, which have a form. */
function askForLogin(request: FastifyRequest, reply: FastifyReply): void {
  if (request.url.startsWith('/api/')) return;
  reply.header('www-authenticate', 'Basic realm="immich-face-worker", charset="UTF-8"');
}

function refuseForeignHosts(request: FastifyRequest, reply: FastifyReply, done: Done): void {
  const host = request.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) {
    done();
    return;
  }
  const came = JSON.stringify(host.slice(0, 80));
  sendError(
    reply,
    new WorkerError('FORBIDDEN', `expected a request to localhost, got one to ${came}`),
  );
}

type Done = () => void;

function refuseOtherSites(request: FastifyRequest, reply: FastifyReply, done: Done): void {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = origin !== undefined && originHost(origin) !== request.host;
  if (!READING.has(request.method) && (foreignSite || foreignOrigin)) {
    sendError(
      reply,
      new WorkerError('FORBIDDEN', 'a page of another site may not change anything here'),
    );
    return;
  }
  done();
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
