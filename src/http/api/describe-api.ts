import fastifySwagger from '@fastify/swagger';
import type { FastifyContextConfig } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

import packageFile from '../../../package.json';
import type { ApiApp } from './api-options.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types of a body that no schema checks. */
    takes?: readonly string[];
    /** Media types of an answer that no schema makes; none: an answer without content. */
    sends?: readonly string[];
  }
}

type Transformed = ReturnType<typeof jsonSchemaTransform>;
type Described = Record<string, unknown>;

/** Where errors are told; the form is that of `sendError`. */
const ERROR = { schema: { $ref: '#/components/schemas/Error' } };
const ERRORS = {
  '4xx': { description: 'Refused: what to do is said', content: { 'application/json': ERROR } },
  '5xx': { description: 'It did not work, here or behind', content: { 'application/json': ERROR } },
};

/** The OpenAPI document, made of the routes' schemas and of what each takes and sends besides. */
export async function describeApi(api: ApiApp): Promise<void> {
  await api.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'immich-face-worker',
        description: 'People, faces and photos, and what users correct about them.',
        version: packageFile.version,
      },
    },
    transform: (input) => describeRoute(jsonSchemaTransform(input), input.route.config ?? {}),
    transformObject: jsonSchemaTransformObject,
  });
}

function describeRoute(
  { schema, url }: Transformed,
  { takes, sends }: Pick<FastifyContextConfig, 'takes' | 'sends'>,
): Transformed {
  const { hide, response, ...rest } = schema as Described;
  if (hide === true) return { schema, url };
  const described = {
    ...rest,
    ...(takes === undefined ? {} : { body: { content: contentOf(takes) } }),
    response: { ...(response as Described | undefined), ...successOf(sends), ...ERRORS },
  };
  return { schema: described, url };
}

function successOf(sends: readonly string[] | undefined): Described {
  if (sends === undefined) return {};
  if (sends.length === 0) return { '204': { description: 'Done', type: 'null' } };
  return { '200': { description: 'The content itself', content: contentOf(sends) } };
}

function contentOf(mediaTypes: readonly string[]): Described {
  return Object.fromEntries(
    mediaTypes.map((type) => [type, { schema: { type: 'string', contentMediaType: type } }]),
  );
}
