import fastifySwagger from '@fastify/swagger';
import type { FastifyContextConfig, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

import packageFile from '../../../package.json';
import { COOKIE, READING } from '../guard.ts';
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

/** How a request says who asks, and that it is no page of another site that does. */
const SECURITY_SCHEMES = {
  basic: { type: 'http', scheme: 'basic' },
  session: { type: 'apiKey', in: 'cookie', name: COOKIE },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'x-csrf-token',
    description: 'The csrfToken of GET /api/session; not needed with Basic credentials',
  },
} as const;
/** Without accounts (HTTP_USER) nobody has to say who asks. */
const TO_READ: Record<string, string[]>[] = [{ basic: [] }, { session: [] }, {}];
const TO_CHANGE: Record<string, string[]>[] = [
  { basic: [] },
  { session: [], csrfToken: [] },
  { csrfToken: [] },
];

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
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (input) => {
      const { schema, url } = describeRoute(jsonSchemaTransform(input), input.route.config ?? {});
      return { schema: { security: securityOf(input.route), ...schema }, url };
    },
    transformObject: jsonSchemaTransformObject,
  });
}

function securityOf({ method, config }: RouteOptions): Record<string, string[]>[] {
  if (config?.open === true) return [];
  return [method].flat().every((one) => READING.has(one)) ? TO_READ : TO_CHANGE;
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
