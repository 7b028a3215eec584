import type { FastifyInstance } from 'fastify';

import { messageOf } from '../errors.ts';
import { withinSeconds } from './metrics.ts';

export interface HealthOptions {
  /** Named checks that reject while something is away. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** What the worker runs with: engine, store, addresses; never a secret. */
  readonly about: Readonly<Record<string, unknown>>;
  /** What does well or not without being needed, as of now: it never makes the worker unready. */
  readonly beside?: () => Readonly<Record<string, unknown>>;
}

const PATIENCE_SECONDS = 3;

/**
 * `/health/live`: the process runs. `/health/ready`: all that it needs answers, else 503; who has logged
 * in is told why, and what runs; who may see all owners also what is beside.
 */
export function healthRoutes(app: FastifyInstance, options: HealthOptions): void {
  app.get('/health/live', { config: { open: true } }, () => ({ status: 'ok' }));
  app.get('/health/ready', { config: { loginOptional: true } }, async (request, reply) => {
    const problems: Record<string, string> = {};
    await Promise.all(
      Object.entries(options.checks).map(async ([name, check]) => {
        try {
          await withinSeconds(PATIENCE_SECONDS, check());
        } catch (error) {
          problems[name] = messageOf(error);
        }
      }),
    );
    const ready = Object.keys(problems).length === 0;
    const status = ready ? 'ready' : 'not ready';
    reply.code(ready ? 200 : 503);
    if (request.login === null) return reply.send({ status });
    return reply.send({
      status,
      problems,
      ...options.about,
      // Of all owners: whose keys there are and how each does.
      ...(request.login.ownerId === null ? options.beside?.() : {}),
    });
  });
}
