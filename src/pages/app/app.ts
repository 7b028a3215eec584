import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Api } from '../api/api.ts';
import type { Corrected, Correction, Fact, Session, Taught } from '../api/types.ts';
import type { ListLoader } from './list-loader.ts';

/** A short message; with `undo` it offers to take back what it tells. */
export interface Notice {
  readonly text: string;
  readonly tone?: 'good' | 'bad';
  readonly undo?: (() => Promise<unknown>) | undefined;
  readonly undoLabel?: string;
  readonly link?: { readonly label: string; readonly href: string } | undefined;
  /** Null: there is nothing to offer any more, so earlier offers go. */
  readonly offer?:
    | { readonly text: string; readonly label: string; readonly accept: () => Promise<unknown> }
    | null
    | undefined;
}

export interface CorrectOptions {
  /** What the message says when it is done. */
  readonly said: string;
  /** What the person at the screen has seen, as the view's data told it. */
  readonly head?: number | undefined;
  readonly link?: ((corrected: Corrected) => Notice['link']) | undefined;
}

/** What every view can do. */
export interface App {
  readonly api: Api;
  readonly session: Session;
  /** Raised whenever people changed; what is shown is then asked for again. */
  readonly version: number;
  readonly lists: Map<string, ListLoader<unknown>>;
  readonly notify: (notice: Notice) => void;
  readonly changed: () => void;
  /** The offer to apply what a correction teaches; undefined where there is none, or none yet. */
  readonly offerFor: (taught: Taught) => Notice['offer'];
  /** Has the photos decided again on which so many faces would be somebody else's. */
  readonly applyLearned: (faces: number) => Promise<void>;
  /** Does `write` by what was seen; asks when others changed the same since. Null: it was left. */
  readonly writeUnlessChanged: <T extends { readonly fact: Fact | null }>(
    write: (head: number | undefined) => Promise<T>,
    head: number | undefined,
  ) => Promise<T | null>;
  /** Writes a correction down; null when it came to nothing. */
  readonly correct: (correction: Correction, options: CorrectOptions) => Promise<Corrected | null>;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('useApp is for views inside the app');
  return app;
}
