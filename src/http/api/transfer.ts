import { Readable } from 'node:stream';

import { z } from 'zod';

import { exportPeople } from '../../people/export-people.ts';
import { WorkerError } from '../../errors.ts';
import { sendError } from '../error-answer.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { ownerOf } from './owners.ts';
import { OwnerQuery } from './schemas.ts';

const PeopleFile = z.object({
  format: z.string(),
  version: z.number().int(),
  photos: z.array(z.unknown()),
  facts: z.array(z.unknown()),
});

const ImportReport = z.object({
  people: z.number().int(),
  names: z.number().int(),
  facts: z.number().int(),
  faces: z.number().int(),
  photos: z.object({
    sameId: z.number().int(),
    otherId: z.number().int().meta({ description: 'Here under another asset ID, same bytes' }),
    waiting: z.number().int().meta({ description: 'Not here yet' }),
    waitingById: z.number().int().meta({
      description: 'Of those, without checksum in the file: only the same asset ID will do',
    }),
  }),
  skipped: z.array(z.object({ what: z.string(), reason: z.string() })),
});

/** Moving house: people, names and corrections out of one worker and into another. */
export function transferRoutes(app: ApiApp, context: ApiContext): void {
  const { directories, store, people } = context;
  app.get(
    '/export',
    {
      config: { sends: ['application/json'] },
      schema: { summary: 'People, names and corrections as a file', querystring: OwnerQuery },
    },
    async (request, reply) => {
      const directory = await directories.current(await ownerOf(request, store));
      const day = new Date().toISOString().slice(0, 10);
      return reply
        .type('application/json')
        .header('content-disposition', `attachment; filename="people-${day}.json"`)
        .send(Readable.from(exportPeople(directory, people.fileHead)));
    },
  );
  app.post(
    '/import',
    {
      bodyLimit: context.importMaxBytes,
      errorHandler: (error, _request, reply) => {
        if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
        void sendError(reply, importTooLarge(context));
      },
      schema: {
        summary: 'Take over a file of people; photos may come later',
        querystring: OwnerQuery,
        body: PeopleFile,
        response: { 200: ImportReport },
      },
    },
    async (request) => people.importFile(await ownerOf(request, store), request.body),
  );
}

function importTooLarge({ importMaxBytes }: Pick<ApiContext, 'importMaxBytes'>): WorkerError {
  return new WorkerError(
    'IMPORT_TOO_LARGE',
    `expected a file of at most ${importMaxBytes} bytes, got a larger one; raise IMPORT_MAX_BYTES and start the worker again`,
  );
}
