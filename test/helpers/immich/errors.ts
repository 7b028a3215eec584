import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** An answer of Immich's form that is no success. */
export class ImmichRefusal extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.body = { message, error: NAMES[status] ?? 'Error', statusCode: status, ...more };
  }
}

const NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** For an object that is not there or another user's: 400, not 404 or 403 (facts, section 3, [RUN]). */
export function noAccess(permission: string): ImmichRefusal {
  return new ImmichRefusal(400, `Not found or no ${permission} access`);
}

/** Checks a body or a query; else 400 `Validation failed` (facts, section 3). */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new ImmichRefusal(400, 'Validation failed', { errors: parsed.error.issues });
}

/** Immich's own are all of version 4, and others are refused. */
export const Uuid = z.uuidv4();
export const IdParam = z.object({ id: Uuid });

/** Lets refusals that routes throw become answers. */
export function answerRefusals(app: FastifyInstance): void {
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof ImmichRefusal) return reply.code(error.status).send(error.body);
    return reply.code(500).send({ message: 'Internal server error', reason: String(error) });
  });
}
