import { z } from 'zod';

import { describeFact, takesBack } from '../../people/describe-fact.ts';
import { listHistory } from '../../people/list-history.ts';
import { refuseNameless } from '../../people/need-name.ts';
import { previewCorrection } from '../../people/preview-correction.ts';
import type { Correction } from '../../identities/journal/plan-fact.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { describeRefusal } from './describe-refusal.ts';
import { CorrectionWish, FactSchema, ListedFact } from './fact-schemas.ts';
import { loginOf, ownerOf } from './owners.ts';
import { OwnerQuery, PageQuery, pageSchema, PersonSummary } from './schemas.ts';

const Wish = z.object({
  correction: CorrectionWish,
  head: z.number().int().min(0).optional(),
});
const TakesBack = z
  .boolean()
  .meta({ description: 'Something holds no more by it: undoing it does that again' });
const Corrected = z.object({
  fact: FactSchema,
  describe: z.string(),
  takesBack: TakesBack,
  head: z.number().int(),
  wouldChange: z.number().int(),
  counting: z.boolean(),
});
const Preview = z.object({
  faces: z.number().int(),
  photos: z.number().int(),
  twice: z.number().int(),
  people: z.array(PersonSummary),
  names: z.array(z.string()),
  describe: z.string(),
  head: z.number().int(),
});
const HistoryEntry = z.object({
  fact: ListedFact,
  describe: z.string(),
  undone: z.boolean(),
  takesBack: TakesBack,
  faces: z.array(z.object({ faceId: z.string(), assetId: z.string() })),
  reason: z.string().nullable(),
});

/** The largest correction names 20,000 faces. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;
/** Who corrects waits so long at most for what else would change. */
const COUNT_PATIENCE_MILLIS = 400;

/** Corrections and their history. */
export function correctionRoutes(app: ApiApp, context: ApiContext): void {
  const { directories, store } = context;
  app.get(
    '/history',
    {
      schema: {
        summary: 'Corrections, the newest first',
        querystring: PageQuery.extend(OwnerQuery.shape),
        response: { 200: pageSchema(HistoryEntry) },
      },
    },
    async (request) =>
      listHistory(await directories.current(await ownerOf(request, store)), request.query),
  );
  app.post(
    '/corrections',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Correct something; "head" is what the asker has seen',
        querystring: OwnerQuery,
        body: Wish,
        response: { 200: Corrected },
      },
    },
    async (request) => {
      const ownerId = await ownerOf(request, store);
      const { correction, head } = request.body;
      refuseNameless(correction, (await directories.current(ownerId)).people);
      const by = loginOf(request).user;
      return correctAndCount({ ownerId, correction, by, head }, context);
    },
  );
  app.post(
    '/corrections/preview',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'What a correction would do',
        querystring: OwnerQuery,
        body: Wish.pick({ correction: true }),
        response: { 200: Preview },
      },
    },
    async (request) => {
      const directory = await directories.current(await ownerOf(request, store));
      try {
        const preview = previewCorrection(directory, request.body.correction);
        return { ...preview, head: directory.sequence };
      } catch (error) {
        throw describeRefusal(error);
      }
    },
  );
}

/** What was learned from corrections, applied to photos decided before. */
export function reapplyRoutes(app: ApiApp, { store, reapplication }: ApiContext): void {
  const Learned = z.object({
    faces: z.number().int(),
    photos: z.number().int(),
    counting: z.boolean(),
    applying: z.number().int().meta({ description: 'Photos queued and not decided again yet' }),
  });
  app.get(
    '/reapply',
    {
      schema: {
        summary: 'Faces that would be another person now',
        querystring: OwnerQuery,
        response: { 200: Learned },
      },
    },
    async (request) => reapplication.progress(await ownerOf(request, store)),
  );
  app.post(
    '/reapply',
    {
      schema: {
        summary: 'Decide their photos again',
        querystring: OwnerQuery,
        response: { 200: z.object({ jobs: z.number().int() }) },
      },
    },
    async (request) => ({ jobs: await reapplication.apply(await ownerOf(request, store)) }),
  );
}

/** Writes the correction and tells what came of it. */
export async function correctAndCount(
  wish: {
    readonly ownerId: string;
    readonly correction: Correction;
    readonly by: string;
    readonly head: number | undefined;
  },
  { directories, correct, reapplication }: ApiContext,
): Promise<z.infer<typeof Corrected>> {
  const { ownerId, correction, by, head } = wish;
  const fact = await correct(ownerId, correction, by, head).catch((error: unknown) => {
    throw describeRefusal(error);
  });
  const { faces, counting } = await reapplication.learn(fact, COUNT_PATIENCE_MILLIS);
  const directory = await directories.current(ownerId);
  return {
    fact: fact as z.infer<typeof FactSchema>,
    describe: describeFact(fact.body, directory.people),
    takesBack: takesBack(fact.body, directory.people),
    head: directory.sequence,
    wouldChange: faces,
    counting,
  };
}
