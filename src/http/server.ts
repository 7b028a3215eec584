import fastifyHelmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';

import { messageOf, systemCodeOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ApiOptions } from './api/api-options.ts';
import { apiRoutes, requestError } from './api/api.ts';
import { bullBoard, type BullBoardOptions } from './bull-board.ts';
import { sendError } from './error-answer.ts';
import { guard } from './guard.ts';
import { healthRoutes, type HealthOptions } from './health.ts';
import type { Metrics } from './metrics.ts';
import { pageRoutes } from './pages.ts';
import { photoRoutes, type PhotoRouteOptions } from './photos.ts';
import type { Account } from './login/login.ts';
import { acceptImages } from './uploads.ts';
import { statusOf } from './status-of.ts';

export interface HttpOptions extends BullBoardOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Who may log in; none: whoever is on this machine. */
  readonly accounts: readonly Account[];
  /** Proxies whose word on the browser's address and protocol counts. */
  readonly trustedProxies: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: HealthOptions;
  readonly photos: PhotoRouteOptions;
  readonly api: ApiOptions;
}

export interface HttpServer {
  /** `http://host:port`, with the port that was taken. */
  readonly address: string;
  close(): Promise<void>;
}

/** An asset id of 255 characters, each three bytes of UTF-8, each byte as %xx. */
const MOST_ENCODED_ID_LENGTH = 255 * 9;

/**
 * Pages load nothing but this worker's own files, run no script of a page's own text, and stand in
 * no other site's frame. HSTS is the proxy's to say, which has the certificate.
 */
const SECURITY_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  // An address of loopback is no secure context, and these would only warn there.
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  originAgentCluster: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
};

/** What is not the caller's is told without a word. */
const UNEXPECTED = { code: 'UNEXPECTED', message: 'something went wrong; the log tells what' };

/** Starts pages, API, Bull Board, health, metrics and photo routes. Throws HTTP_ADDRESS_IN_USE, HTTP_ADDRESS_UNUSABLE. */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 64 * 1024,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: MOST_ENCODED_ID_LENGTH },
  });
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = requestError(thrown) ?? thrown;
    const status = error instanceof WorkerError ? statusOf(error.code) : (error.statusCode ?? 500);
    if (status >= 500) {
      options.log.error(
        { method: request.method, route: request.routeOptions.url, err: messageOf(error) },
        'a request failed',
      );
    }
    if (error instanceof WorkerError) return sendError(reply, error);
    const { code, message } = status >= 500 ? UNEXPECTED : error;
    return reply.code(status).send({ error: { code, message } });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: {
        code: 'NOT_FOUND',
        message: `there is nothing at ${request.method} ${request.url.slice(0, 200)}`,
      },
    }),
  );
  await app.register(fastifyHelmet, SECURITY_HEADERS);
  const doors = await guard(app, options);
  acceptImages(app, options.photos.uploadMaxBytes);
  app.get('/', { config: { open: true } }, (_request, reply) => reply.redirect('/people'));
  await bullBoard(app, options);
  healthRoutes(app, options.health);
  await apiRoutes(app, { ...options.api, guard: doors });
  app.get('/metrics', { config: { adminOnly: true } }, async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
  await photoRoutes(app, options.photos);
  await pageRoutes(app);
  return { address: await listen(app, options), close: () => app.close() };
}

/** Of a failed attempt to listen, what to set. */
function unusable(cause: unknown, address: string): unknown {
  const code = systemCodeOf(cause);
  if (code === 'EADDRINUSE') {
    const message = `expected ${address} to be free, another program listens there; set HTTP_PORT`;
    return new WorkerError('HTTP_ADDRESS_IN_USE', message, { cause });
  }
  if (code === 'EACCES') {
    const message = `the system does not let this user listen at ${address}; set HTTP_PORT to 1024 or more`;
    return new WorkerError('HTTP_ADDRESS_UNUSABLE', message, { cause });
  }
  if (code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND') return cause;
  const message = `expected an address of this machine, got ${address}; set HTTP_HOST, for instance to 127.0.0.1`;
  return new WorkerError('HTTP_ADDRESS_UNUSABLE', message, { cause });
}

async function listen(app: FastifyInstance, { host, port }: HttpOptions): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw unusable(cause, `${host}:${port}`);
  }
}
