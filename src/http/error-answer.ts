import type { FastifyReply } from 'fastify';

import type { WorkerError } from '../errors.ts';
import { statusOf } from './status-of.ts';

/** Answers with an error of ours in the one form that all routes share. */
export function sendError(reply: FastifyReply, error: WorkerError): FastifyReply {
  const { code, message, details } = error;
  const { retryAfterSeconds } = details;
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', retryAfterSeconds);
  const told = Object.keys(details).length === 0 ? {} : { details };
  return reply.code(statusOf(code)).send({ error: { code, message, ...told } });
}
