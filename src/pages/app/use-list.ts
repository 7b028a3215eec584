import { useEffect, useReducer } from 'preact/hooks';

import type { Query } from '../api/api.ts';
import { useApp } from './app.ts';
import { ListLoader } from './list-loader.ts';

const MOST_KEPT = 12;
/** What is younger needs no second look when a view is opened. */
const FRESH_MILLIS = 3000;
/** How often an empty list is asked for again: its first photos may be looked at just now. */
const EMPTY_MILLIS = 3000;

/** The list at `path`, shown at once when it was read before, and read again when people change. */
export function useList<T>(path: string, query: Query = {}): ListLoader<T> {
  const { api, lists, version } = useApp();
  const [, render] = useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify([api.owner, path, query]);
  let list = lists.get(key) as ListLoader<T> | undefined;
  if (list === undefined) {
    list = new ListLoader<T>((paging) => api.page<T>(path, { ...query, ...paging }));
    lists.set(key, list);
    for (const old of [...lists.keys()].slice(0, -MOST_KEPT)) lists.delete(old);
  }
  const shown = list;
  useEffect(() => {
    shown.onChange = () => {
      render(undefined);
    };
    shown.bringTo(version);
    return () => {
      shown.onChange = () => undefined;
    };
  }, [shown, version]);
  useRefresh(shown);
  return shown;
}

/** Reads the list again when its view is opened, when its tab is looked at again, and while it is empty. */
function useRefresh(list: ListLoader<unknown>): void {
  useEffect(() => {
    list.refresh(FRESH_MILLIS);
    const seen = (): void => {
      if (document.visibilityState === 'visible') list.refresh(FRESH_MILLIS);
    };
    const timer = setInterval(() => {
      if (list.total === 0) seen();
    }, EMPTY_MILLIS);
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [list]);
}
