import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What goes wrong with requests that it matches. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: string;
      /** In place of an answer of Immich's form: a proxy's that finds nobody behind it. */
      readonly text?: string;
    }
  /** The connection is cut before an answer. */
  | { readonly kind: 'cut' }
  /** No answer until the client gives up. */
  | { readonly kind: 'silent' }
  /** The headers promise the whole body; half of it comes, then the end. */
  | { readonly kind: 'half-body' }
  /** A byte every 20 ms. */
  | { readonly kind: 'slow-body' }
  | { readonly kind: 'delay'; readonly millis: number }
  /** As without a fault; then something happens in Immich. */
  | { readonly kind: 'then'; readonly work: () => void }
  /** A success that is not Immich's: a proxy's page. */
  | { readonly kind: 'html' }
  /** As a version of Immich answers that does not have the route. */
  | { readonly kind: 'no-route' }
  /**
   * Immich's maintenance mode, in which an administrator restores a backup: its MaintenanceModule
   * has a few routes of the server and the administrator's, and Nest answers for all others
   * (server/src/maintenance/maintenance-worker.controller.ts at immich 30872a16, with server/config
   * alone; 05f87b5c, server/version too; Frameleaf/frameleaf-app 35ec66f4, server/ping too).
   */
  | { readonly kind: 'maintenance' };

const SERVED_IN_MAINTENANCE = ['GET /server/version', 'GET /server/ping'];

interface ActiveFault {
  readonly fault: Fault;
  readonly matches: (request: FastifyRequest) => boolean;
  left: number;
}

/** Faults that tests switch on and off, for some routes and users. */
export class Faults {
  readonly #active = new Set<ActiveFault>();
  readonly #met = new EventEmitter();
  /** Ends what is held back. */
  readonly #closing = new AbortController();

  /**
   * Lets requests fail: those to `route` (`'GET /assets/:id'`, as registered; all when left out),
   * with the `key`, `times` at most. Answers with the way to end it.
   */
  add(fault: Fault, which: { route?: string; key?: string; times?: number } = {}): () => void {
    const { route, key, times = Infinity } = which;
    const active: ActiveFault = {
      fault,
      left: times,
      matches: (request) =>
        (route === undefined || routeOf(request) === route) &&
        (key === undefined || request.headers['x-api-key'] === key),
    };
    this.#active.add(active);
    return () => {
      this.#active.delete(active);
    };
  }

  /** Resolves when a request meets a fault of the kind. */
  async met(kind: Fault['kind']): Promise<void> {
    await once(this.#met, kind);
  }

  clear(): void {
    this.#active.clear();
  }

  close(): void {
    this.#closing.abort();
  }

  install(app: FastifyInstance): void {
    const applied = new WeakMap<FastifyRequest, Fault>();
    app.addHook('onRequest', async (request, reply) => {
      const fault = this.#take(request);
      if (fault === undefined) return;
      applied.set(request, fault);
      await this.#before(fault, request, reply);
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      const fault = applied.get(request);
      if (fault?.kind === 'then') fault.work();
      if (fault?.kind === 'half-body' || fault?.kind === 'slow-body') {
        void trickle(reply, payload, fault.kind);
        return;
      }
      done(null, payload);
    });
  }

  #take(request: FastifyRequest): Fault | undefined {
    for (const active of this.#active) {
      if (active.left > 0 && active.matches(request)) {
        active.left -= 1;
        this.#met.emit(active.fault.kind);
        return active.fault;
      }
    }
    return undefined;
  }

  async #before(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    switch (fault.kind) {
      case 'status':
        await answerStatus(fault, reply);
        break;
      case 'cut':
        reply.hijack();
        request.raw.socket.destroy();
        break;
      case 'silent':
        reply.hijack();
        break;
      case 'html':
        await reply.type('text/html').send('<html>a proxy says hello</html>');
        break;
      case 'no-route':
        await answerNoRoute(request, reply);
        break;
      case 'maintenance':
        await answerInMaintenance(request, reply);
        break;
      case 'delay':
        await setTimeout(fault.millis, undefined, { signal: this.#closing.signal }).catch(
          () => undefined,
        );
        break;
      // Met by the answer.
      case 'half-body':
      case 'slow-body':
      case 'then':
        break;
    }
  }
}

async function answerStatus(
  { status, retryAfter, text }: Extract<Fault, { kind: 'status' }>,
  reply: FastifyReply,
): Promise<void> {
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  if (text !== undefined) await reply.code(status).type('text/plain').send(text);
  else await reply.code(status).send({ message: `fault ${status}` });
}

/** Nest's answer for what it has no route for. */
export async function answerNoRoute(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const message = `Cannot ${request.method} ${request.url}`;
  await reply.code(404).send({ message, error: 'Not Found', statusCode: 404 });
}

async function answerInMaintenance(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const route = routeOf(request);
  if (SERVED_IN_MAINTENANCE.includes(route)) return;
  if (route === 'GET /server/config') await reply.send({ maintenanceMode: true });
  else await answerNoRoute(request, reply);
}

/** `'GET /assets/:id'`: as the route was registered, without `/api`. */
export function routeOf(request: FastifyRequest): string {
  return `${request.method} ${(request.routeOptions.url ?? '').replace(/^\/api/, '')}`;
}

async function trickle(
  reply: FastifyReply,
  payload: unknown,
  kind: 'half-body' | 'slow-body',
): Promise<void> {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(String(payload));
  const { raw } = reply;
  reply.hijack();
  raw.on('error', () => undefined);
  raw.writeHead(200, {
    'content-type': String(reply.getHeader('content-type') ?? 'application/json'),
    'content-length': bytes.length,
  });
  if (kind === 'half-body') {
    raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => raw.socket?.destroy());
    return;
  }
  for (let i = 0; i < bytes.length && !raw.destroyed; i++) {
    raw.write(bytes.subarray(i, i + 1));
    await setTimeout(20);
  }
  raw.end();
}
