import { createHash, timingSafeEqual } from 'node:crypto';

import fastifyBasicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface GuardOptions {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Answers without login: a container's health check has none. */
const OPEN_PATHS = new Set(['/health/live']);
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who may ask: with credentials set, whoever gives them; without, only pages of this machine, since
 * any website in the user's browser can send requests to a loopback address. Requests that change
 * something must not come from another site in either case.
 */
export async function guard(app: FastifyInstance, options: GuardOptions): Promise<void> {
  const { user, password } = options;
  app.addHook('onRequest', refuseOtherSites);
  if (user === undefined || password === undefined) {
    app.addHook('onRequest', refuseForeignHosts);
    return;
  }
  await app.register(fastifyBasicAuth, {
    authenticate: { realm: 'immich-face-worker' },
    validate: (givenUser, givenPassword) => {
      // Both are compared, so that the time taken does not tell which was wrong.
      const right = [isSame(givenUser, user), isSame(givenPassword, password)].every(Boolean);
      return Promise.resolve(right ? undefined : new Error('wrong user or password'));
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (OPEN_PATHS.has(request.routeOptions.url ?? '')) done();
    else app.basicAuth(request, reply, done);
  });
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function refuseForeignHosts(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const host = request.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) {
    done();
    return;
  }
  forbid(reply, `expected a request to localhost, got one to ${JSON.stringify(host.slice(0, 80))}`);
}

function refuseOtherSites(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = origin !== undefined && originHost(origin) !== request.host;
  if (!READING.has(request.method) && (foreignSite || foreignOrigin)) {
    forbid(reply, 'a page of another site may not change anything here');
    return;
  }
  done();
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function forbid(reply: FastifyReply, message: string): void {
  void reply.code(403).send({ error: { code: 'FORBIDDEN', message } });
}
