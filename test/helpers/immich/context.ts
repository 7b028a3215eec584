import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { ImmichJobs } from './jobs.ts';
import type { StandInState, StandInUser } from './state.ts';

/** What route files work with. */
export interface RouteContext {
  readonly state: StandInState;
  /** Immich's own queues; a stand-in without Redis runs the same steps without them. */
  readonly jobs: ImmichJobs;
  /**
   * The user of the request's key, which must have the permission of the route (null: none is
   * needed). The check is on the route only (facts, section 3).
   */
  readonly login: (request: FastifyRequest, permission: string | null) => StandInUser;
}

export type Routes = (app: FastifyInstance, context: RouteContext) => void;
