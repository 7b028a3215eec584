import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance } from 'fastify';

import { WorkerError } from '../errors.ts';
import { sendError } from './error-answer.ts';

export interface BullBoardOptions {
  readonly queues: readonly Queue[];
  /** Nothing can be retried, removed, added or paused. */
  readonly readOnly: boolean;
}

/** More of a job's data or result than this makes a browser slow, and is read by nobody. */
const MOST_SHOWN_BYTES = 16 * 1024;
/** Its page styles itself in line; what runs comes from files. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
/** Its page names fonts of another site, which nobody here asks for. */
const OUTSIDE_LINKS = /<link\b[^>]*\bhref="https?:[^>]*>/g;

/** Bull Board at `/queues`, for who may see all owners: jobs are of all of them. */
export async function bullBoard(app: FastifyInstance, options: BullBoardOptions): Promise<void> {
  const serverAdapter = new FastifyAdapter();
  createBullBoard({
    queues: options.queues.map((queue) => adapterOf(queue, options.readOnly)),
    serverAdapter,
  });
  serverAdapter.setBasePath('/queues');
  await app.register(
    async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, adminOnly: true };
      });
      scope.addHook('onRequest', (request, reply, done) => {
        reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
        const reads = request.method === 'GET' || request.method === 'HEAD';
        if (options.readOnly && !reads) sendError(reply, readOnlyError());
        else done();
      });
      scope.addHook('onSend', (_request, reply, payload, done) => {
        const type = String(reply.getHeader('content-type') ?? '');
        const isPage = typeof payload === 'string' && type.startsWith('text/html');
        done(null, isPage ? payload.replace(OUTSIDE_LINKS, '') : payload);
      });
      await scope.register(serverAdapter.registerPlugin());
    },
    { prefix: '/queues' },
  );
}

function adapterOf(queue: Queue, readOnlyMode: boolean): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { readOnlyMode });
  adapter.setFormatter('data', shortened);
  adapter.setFormatter('returnValue', shortened);
  return adapter;
}

/** The value as it is, or how large it is and how it begins. */
function shortened(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || text.length <= MOST_SHOWN_BYTES) return value;
  return {
    tooLargeToShow: `${text.length} characters of JSON`,
    beginning: text.slice(0, MOST_SHOWN_BYTES / 4),
  };
}

function readOnlyError(): WorkerError {
  return new WorkerError(
    'FORBIDDEN',
    'the dashboard only shows (HTTP_QUEUES_READ_ONLY); nothing was changed',
  );
}
