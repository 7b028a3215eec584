import type { Job } from 'bullmq';
import { z } from 'zod';

import packageFile from '../../../package.json';
import { WorkerError } from '../../errors.ts';
import { DEFAULT_OWNER_ID } from '../../queue/image-added.ts';
import { photosPerMinute } from '../../queue/photos-per-minute.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { loginOf, ownerOf } from './owners.ts';
import { OwnerQuery } from './schemas.ts';

/** Failed jobs read, of which those of the owner are shown. */
const MOST_READ = 1000;
const MOST_SHOWN = 100;
const WAITING = ['waiting', 'prioritized', 'delayed', 'active', 'paused'];

const Failure = z.object({
  isKnown: z.boolean().meta({ description: 'An earlier look at the photo is there to be shown' }),
  jobId: z.string(),
  assetId: z.string().nullable(),
  path: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  at: z.iso.datetime(),
});

const Status = z.object({
  queues: z.array(z.object({ name: z.string(), counts: z.record(z.string(), z.number()) })),
  ratePerMinute: z.number(),
  waiting: z.number().int(),
  secondsLeft: z.number().nullable(),
  failed: z.object({
    count: z.number().int(),
    isAll: z.boolean().meta({ description: 'False: there are more, of the owner perhaps too' }),
  }),
  failures: z.array(Failure).meta({ description: 'Of those the latest, at most 100' }),
  engine: z.unknown(),
  store: z.unknown(),
  vision: z.unknown(),
  version: z.string(),
  bullBoard: z.string(),
});

/** How the work goes: queues, rate, what failed and why, and trying it again. */
export function statusRoutes(app: ApiApp, context: ApiContext): void {
  app.get(
    '/status',
    {
      schema: {
        summary: 'Queues, rate, time left, failures',
        querystring: OwnerQuery,
        response: { 200: Status },
      },
    },
    async (request) => {
      const { photos, queues, about } = context;
      const ownerId = loginOf(request).ownerId ?? request.query.owner ?? null;
      if (request.query.owner !== undefined) await ownerOf(request, context.store);
      const counted = await Promise.all(
        queues.map(async (queue) => ({ name: queue.name, counts: await queue.getJobCounts() })),
      );
      const ratePerMinute = await photosPerMinute(photos);
      const counts = counted.find(({ name }) => name === photos.name)?.counts ?? {};
      const waiting = WAITING.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
      return {
        queues: counted,
        ratePerMinute,
        waiting,
        secondsLeft: ratePerMinute > 0 ? Math.round((waiting / ratePerMinute) * 60) : null,
        ...(await failures(ownerId, { failedInAll: counts['failed'] ?? 0, context })),
        engine: about['engine'],
        store: about['store'],
        vision: about['vision'],
        version: packageFile.version,
        bullBoard: '/queues',
      };
    },
  );
  retryRoute(app, context);
}

function retryRoute(app: ApiApp, context: ApiContext): void {
  app.post(
    '/failures/:jobId/retry',
    {
      schema: {
        summary: 'Try a failed photo again',
        params: z.object({ jobId: z.string().min(1).max(3000) }),
        querystring: OwnerQuery,
        response: { 200: z.object({ jobId: z.string() }) },
      },
    },
    async (request) => {
      const { jobId } = request.params;
      const { ownerId } = loginOf(request);
      const job = await context.photos.getJob(jobId);
      // Another owner's job is none for this login.
      if (job === undefined || (ownerId !== null && ownerIn(job) !== ownerId)) {
        throw new WorkerError('JOB_UNKNOWN', `there is no job ${JSON.stringify(jobId)}`);
      }
      if (!(await job.isFailed())) {
        throw new WorkerError(
          'JOB_NOT_FAILED',
          `job ${jobId} did not fail, or is tried again already`,
        );
      }
      await job.retry('failed');
      return { jobId };
    },
  );
}

/** The latest that failed, and how many did; of one owner those among the latest of all. */
async function failures(
  ownerId: string | null,
  { failedInAll, context }: { failedInAll: number; context: ApiContext },
): Promise<Pick<z.infer<typeof Status>, 'failed' | 'failures'>> {
  const { photos, store } = context;
  const most = ownerId === null ? MOST_SHOWN : MOST_READ;
  // BullMQ answers null for a job that was removed while it read.
  const jobs = ((await photos.getFailed(0, most - 1)) as (Job | null)[]).filter(
    (job) => job !== null && (ownerId === null || ownerIn(job) === ownerId),
  ) as Job[];
  return {
    failed:
      ownerId === null
        ? { count: failedInAll, isAll: true }
        : { count: jobs.length, isAll: failedInAll <= most },
    failures: await Promise.all(
      jobs.slice(0, MOST_SHOWN).map((job) => describeFailure(job, store)),
    ),
  };
}

async function describeFailure(
  job: Job,
  store: ApiContext['store'],
): Promise<z.infer<typeof Failure>> {
  const reason = /^\[(?<code>[A-Z_]+)\] (?<message>[^]*)$/.exec(job.failedReason)?.groups;
  const { assetId, path } = job.data as { assetId?: unknown; path?: unknown };
  const owner = ownerIn(job);
  const record =
    typeof assetId === 'string' && typeof owner === 'string'
      ? await store.findPhoto(owner, assetId)
      : null;
  return {
    isKnown: record !== null && !record.removed,
    jobId: String(job.id),
    assetId: typeof assetId === 'string' ? assetId : null,
    path: typeof path === 'string' ? path : null,
    code: reason?.['code'] ?? 'UNEXPECTED',
    message: reason?.['message'] ?? job.failedReason,
    at: new Date(job.finishedOn ?? job.timestamp).toISOString(),
  };
}

function ownerIn({ data }: Job): unknown {
  return (data as { ownerId?: unknown } | null)?.ownerId ?? DEFAULT_OWNER_ID;
}
