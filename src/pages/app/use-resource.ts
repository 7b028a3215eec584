import { useEffect, useRef, useState } from 'preact/hooks';

import { isNoNews } from '../api/api-error.ts';
import { useApp } from './app.ts';

/** How soon it is asked again after nobody answered. */
const NO_NEWS_MILLIS = 3000;

export interface Resource<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly reload: () => void;
}

/**
 * What `load` gives for `key`; kept on the screen while it is read again, after a change or when the
 * tab is looked at again, which may be back before its network is.
 */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const { version } = useApp();
  const [state, setState] = useState<{ key: string; data: T | null; error: unknown }>({
    key,
    data: null,
    error: null,
  });
  const [tries, setTries] = useState(0);
  const reload = (): void => {
    setTries((count) => count + 1);
  };
  const reloadIfSeen = (): void => {
    if (document.visibilityState === 'visible') reload();
  };
  const data = state.key === key ? state.data : null;
  const shown = useRef(data);
  shown.current = data;
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    load().then(
      (data) => {
        if (isCurrent) setState({ key, data, error: null });
      },
      (error: unknown) => {
        if (!isCurrent) return;
        if (shown.current !== null && isNoNews(error))
          timer = setTimeout(reloadIfSeen, NO_NEWS_MILLIS);
        else setState({ key, data: null, error });
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, version, tries]);
  useEffect(() => {
    document.addEventListener('visibilitychange', reloadIfSeen);
    return () => {
      document.removeEventListener('visibilitychange', reloadIfSeen);
    };
  }, []);
  return { data, error: state.key === key ? state.error : null, reload };
}
