import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Queue } from 'bullmq';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { z } from 'zod';

import type { MatchThresholds } from '../../identities/thresholds.ts';
import type { KnownFaces } from '../../identities/known-faces.ts';
import type { Directories } from '../../people/directories.ts';
import type { Reapplication } from '../../people/reapplication.ts';
import type { ReviewList } from '../../people/review-list.ts';
import type { Correct } from '../../pipeline/correct.ts';
import type { ImportReport } from '../../pipeline/import-people.ts';
import type { Store } from '../../store/store.ts';
import type { Thumbnails } from '../../thumbnails/thumbnails.ts';
import type { VisionPool } from '../../vision/pool.ts';
import type { Guard } from '../guard.ts';

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** Requests are of their schemas' types; what handlers answer may be readonly. */
export interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.core.$ZodType ? z.output<this['schema']> : unknown;
  serializer: this['schema'] extends z.core.$ZodType
    ? DeepReadonly<z.output<this['schema']>>
    : unknown;
}

/** A Fastify instance whose routes are typed and checked by their zod schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
>;

/** What the API answers from and acts by. */
export interface ApiOptions {
  readonly directories: Directories;
  readonly store: Pick<Store, 'findPhoto' | 'listOwners'>;
  readonly correct: Correct;
  readonly thumbnails: Thumbnails;
  readonly vision: VisionPool;
  /** The owner's known faces with everything that was committed before the call. */
  readonly known: (ownerId: string) => Promise<KnownFaces>;
  readonly match: MatchThresholds;
  readonly reapplication: Reapplication;
  /** Moving house. */
  readonly people: {
    readonly fileHead: { readonly format: string; readonly version: number };
    importFile(ownerId: string, file: unknown): Promise<ImportReport>;
  };
  readonly importMaxBytes: number;
  readonly review: ReviewList;
  /** The queue of photos, and all that are shown. */
  readonly photos: Queue;
  readonly queues: readonly Queue[];
  /** What owners are called, by their IDs, where that is known. */
  readonly ownerNames: () => Readonly<Record<string, string>>;
  /** What the worker runs with: engine, store, addresses; never a secret. */
  readonly about: Readonly<Record<string, unknown>>;
}

export interface ApiContext extends ApiOptions {
  readonly guard: Guard;
}
