import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What goes wrong with requests that it matches. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
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
  | { readonly kind: 'html' };

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
    if (fault.kind === 'status') {
      if (fault.retryAfter !== undefined) void reply.header('retry-after', fault.retryAfter);
      await reply.code(fault.status).send({ message: `fault ${fault.status}` });
    } else if (fault.kind === 'cut') {
      reply.hijack();
      request.raw.socket.destroy();
    } else if (fault.kind === 'silent') {
      reply.hijack();
    } else if (fault.kind === 'html') {
      await reply.type('text/html').send('<html>a proxy says hello</html>');
    } else if (fault.kind === 'delay') {
      await setTimeout(fault.millis, undefined, { signal: this.#closing.signal }).catch(
        () => undefined,
      );
    }
  }
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
