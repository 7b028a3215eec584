import { z } from 'zod';

import { refuseNameless } from '../../people/need-name.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { correctAndCount } from './corrections.ts';
import { FactSchema } from './fact-schemas.ts';
import { loginOf, ownerOf } from './owners.ts';
import { FaceSummary, OwnerQuery, PageQuery, pageSchema, PersonSummary } from './schemas.ts';

const ReviewItem = z.object({
  id: z.string(),
  kind: z.enum(['uncertain-face', 'proposed-merge']),
  question: z.string(),
  faces: z.array(FaceSummary),
  people: z.array(PersonSummary),
  distance: z.number(),
  limit: z.number(),
  reason: z.string(),
});

/** Questions that the worker would like to have answered. */
export function reviewRoutes(app: ApiApp, context: ApiContext): void {
  const { store, review, directories } = context;
  app.get(
    '/review',
    {
      schema: {
        summary: 'Questions: people who may be one, faces in doubt',
        querystring: PageQuery.extend(OwnerQuery.shape),
        response: { 200: pageSchema(ReviewItem) },
      },
    },
    async (request) => review.page(await ownerOf(request, store), request.query),
  );
  app.post(
    '/review/:id',
    {
      schema: {
        summary:
          'Answer a question, or put it off for a day ("ask" takes that back); merging two named people takes a name',
        params: z.object({ id: z.string().min(1).max(2000) }),
        querystring: OwnerQuery,
        body: z.object({
          answer: z.enum(['yes', 'no', 'skip', 'ask']),
          name: z.string().max(1000).optional(),
          head: z.number().int().min(0).optional(),
        }),
        response: {
          200: z.object({
            fact: FactSchema.nullable(),
            describe: z.string().nullable(),
            head: z.number().int(),
            wouldChange: z.number().int(),
            counting: z.boolean(),
          }),
        },
      },
    },
    async (request) => {
      const ownerId = await ownerOf(request, store);
      const { answer, name = null, head: seenHead } = request.body;
      const correction = await review.answer(ownerId, request.params.id, { answer, name });
      const { people, sequence: head } = await directories.current(ownerId);
      if (correction === null) {
        return { fact: null, describe: null, head, wouldChange: 0, counting: false };
      }
      refuseNameless(correction, people);
      const by = loginOf(request).user;
      return correctAndCount({ ownerId, correction, by, head: seenHead }, context);
    },
  );
}
