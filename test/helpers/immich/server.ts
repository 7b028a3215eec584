import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { fastify, type FastifyRequest } from 'fastify';
import type { RedisOptions } from 'ioredis';

import type { RouteContext } from './context.ts';
import { answerRefusals } from './errors.ts';
import { answerNoRoute, Faults, routeOf } from './faults.ts';
import { startJobs, type ImmichJobs } from './jobs.ts';
import { albumsRoutes } from './routes/albums.ts';
import { assetRoutes } from './routes/assets.ts';
import { facesRoutes } from './routes/faces.ts';
import { peopleRoutes } from './routes/people.ts';
import { searchRoutes } from './routes/search.ts';
import { tagsRoutes } from './routes/tags.ts';
import { userRoutes } from './routes/users.ts';
import { StandInState, type StandInAsset, type StandInUser } from './state.ts';

/** A request as it came. */
export interface SeenRequest {
  /** `'GET /assets/:id'` */
  readonly route: string;
  readonly key: string | undefined;
  readonly url: string;
  readonly body: unknown;
}

/** A stand-in for Immich 3.1.0, as `shared/facts/immich.md` describes it, on a port of its own. */
export interface StandInImmich {
  readonly url: string;
  readonly state: StandInState;
  readonly jobs: ImmichJobs;
  readonly faults: Faults;
  readonly requests: SeenRequest[];
  /** As the web page does it: the row, then Immich's jobs. */
  upload(
    owner: StandInUser,
    original: Buffer,
    changes?: Partial<StandInAsset>,
  ): Promise<StandInAsset>;
  /** Resolves when a request to the route has been answered. */
  requested(route: string): Promise<void>;
  /** Requests since the last call, those of one route when it is given. */
  takeRequests(route?: string): SeenRequest[];
  stop(): Promise<void>;
}

const MiB = 1024 * 1024;

/** Starts the stand-in; with a Redis its queues and events are real. */
export async function startImmich(
  options: { redis?: RedisOptions; port?: number } = {},
): Promise<StandInImmich> {
  const state = new StandInState();
  const jobs = await startJobs(state, options.redis);
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const app = fastify({ bodyLimit: 10 * MiB, forceCloseConnections: true });
  answerRefusals(app);
  app.setNotFoundHandler(answerNoRoute);
  faults.install(app);
  const answered = new EventEmitter();
  app.addHook('onResponse', (request, _reply, done) => {
    answered.emit(routeOf(request));
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    requests.push(toSeen(request));
    done();
  });
  const context: RouteContext = {
    state,
    jobs,
    login: (request, permission) => state.authenticate(keyOf(request), permission),
  };
  await app.register(
    (api, _options, done) => {
      for (const routes of ALL_ROUTES) routes(api, context);
      done();
    },
    { prefix: '/api' },
  );
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    jobs,
    faults,
    requests,
    upload: async (owner, original, changes) => {
      const asset = state.addAsset(owner, original, changes);
      await jobs.uploaded(asset);
      return asset;
    },
    requested: async (route) => {
      await once(answered, route);
    },
    takeRequests: (route) => {
      const taken = requests.splice(0);
      return route === undefined ? taken : taken.filter((one) => one.route === route);
    },
    stop: async () => {
      faults.close();
      await app.close();
      await jobs.close();
    },
  };
}

const ALL_ROUTES = [
  userRoutes,
  assetRoutes,
  searchRoutes,
  peopleRoutes,
  facesRoutes,
  tagsRoutes,
  albumsRoutes,
];

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['x-api-key'];
  return Array.isArray(key) ? key[0] : key;
}

function toSeen(request: FastifyRequest): SeenRequest {
  return { route: routeOf(request), key: keyOf(request), url: request.url, body: request.body };
}
