import { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import { OutdatedError } from '../../identities/journal/refuse-outdated.ts';
import { describeFact } from '../../people/describe-fact.ts';
import { listHistory } from '../../people/list-history.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { CorrectionWish, FactSchema } from './fact-schemas.ts';
import { loginOf, ownerOf } from './owners.ts';
import { OwnerQuery, PageQuery, pageSchema } from './schemas.ts';

/** Corrections and their history. */
export function correctionRoutes(app: ApiApp, context: ApiContext): void {
  const { directories, store, correct } = context;
  app.get(
    '/history',
    {
      schema: {
        summary: 'Corrections, the newest first',
        querystring: PageQuery.extend(OwnerQuery.shape),
        response: {
          200: pageSchema(
            z.object({ fact: FactSchema, describe: z.string(), undone: z.boolean() }),
          ),
        },
      },
    },
    async (request) =>
      listHistory(await directories.current(await ownerOf(request, store)), request.query),
  );
  app.post(
    '/corrections',
    {
      bodyLimit: 2 * 1024 * 1024,
      schema: {
        summary: 'Correct something; "head" is what the asker has seen',
        querystring: OwnerQuery,
        body: z.object({ correction: CorrectionWish, head: z.number().int().min(0).optional() }),
        response: {
          200: z.object({
            fact: FactSchema,
            describe: z.string(),
            head: z.number().int(),
            wouldChange: z.number().int(),
          }),
        },
      },
    },
    async (request) => {
      const owner = await ownerOf(request, store);
      const { correction, head } = request.body;
      const by = loginOf(request).user;
      const fact = await correct(owner, correction, by, head).catch((error: unknown) => {
        throw describeOutdated(error);
      });
      const directory = await directories.current(owner);
      return {
        fact,
        describe: describeFact(fact.body, directory.people),
        head: directory.sequence,
        wouldChange: 0,
      };
    },
  );
}

/** Tells in words what was changed meanwhile. */
function describeOutdated(error: unknown): unknown {
  if (!(error instanceof OutdatedError)) return error;
  const { facts, people } = error;
  return new WorkerError('CORRECTION_OUTDATED', error.message, {
    details: { since: facts.map((fact) => ({ fact, describe: describeFact(fact.body, people) })) },
  });
}
