import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';

/** What the worker saw on a photo, or why it could not look at it. */
export type LookedPhoto =
  | { readonly seen: SeenPhoto; readonly error: null }
  | { readonly seen: null; readonly error: string };

/** By path. */
export type Looks = ReadonlyMap<string, LookedPhoto>;
