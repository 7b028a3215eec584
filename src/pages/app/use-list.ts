import { useEffect, useReducer } from 'preact/hooks';

import type { Query } from '../api/api.ts';
import { useApp } from './app.ts';
import { ListLoader } from './list-loader.ts';

const MOST_KEPT = 12;

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
  return shown;
}
