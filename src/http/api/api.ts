import type { FastifyInstance } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';

import { WorkerError } from '../../errors.ts';
import { csrfError } from '../guard.ts';
import type { ApiApp, ApiContext, SchemaTypes } from './api-options.ts';
import { correctionRoutes, reapplyRoutes } from './corrections.ts';
import { describeApi } from './describe-api.ts';
import { peopleRoutes } from './people.ts';
import { pictureRoutes } from './pictures.ts';
import { reviewRoutes } from './review.ts';
import { sessionRoutes } from './session.ts';
import { statusRoutes } from './status.ts';
import { transferRoutes } from './transfer.ts';
import { whoRoutes } from './who.ts';

/** The JSON API under `/api`; its OpenAPI document is made of the schemas that check requests. */
export async function apiRoutes(app: FastifyInstance, context: ApiContext): Promise<void> {
  await app.register(
    async (scope) => {
      const api: ApiApp = scope.withTypeProvider<SchemaTypes>();
      api.setValidatorCompiler(validatorCompiler);
      api.setSerializerCompiler(serializerCompiler);
      api.addHook('onRequest', (request, _reply, done) => {
        done(request.routeOptions.config.open === true ? undefined : csrfError(request));
      });
      // No answer of the API is for anyone else's cache.
      api.addHook('onSend', (_request, reply, _payload, done) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
        done();
      });
      await describeApi(api);
      sessionRoutes(api, context);
      peopleRoutes(api, context);
      pictureRoutes(api, context);
      correctionRoutes(api, context);
      reapplyRoutes(api, context);
      reviewRoutes(api, context);
      whoRoutes(api, context);
      transferRoutes(api, context);
      statusRoutes(api, context);
      api.get('/openapi.json', { schema: { hide: true } }, () => api.swagger());
    },
    { prefix: '/api' },
  );
}

/** What zod found wrong with a request, in the one form of errors; null for any other error. */
export function requestError(error: unknown): WorkerError | null {
  if (!hasZodFastifySchemaValidationErrors(error)) return null;
  const where = error.validationContext ?? 'request';
  const problems = error.validation.map(
    ({ instancePath, message }) => `${instancePath || 'it'}: ${message ?? 'is of another form'}`,
  );
  return new WorkerError('REQUEST_INVALID', `the ${where}: ${problems.join('; ')}`.slice(0, 1000));
}
