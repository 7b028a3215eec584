import { useEffect, useState } from 'preact/hooks';

import { useApp } from './app.ts';

export interface Resource<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly reload: () => void;
}

/**
 * What `load` gives for `key`; kept on the screen while it is read again, after a change or when the
 * tab is looked at again.
 */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const { version } = useApp();
  const [state, setState] = useState<{ key: string; data: T | null; error: unknown }>({
    key,
    data: null,
    error: null,
  });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (data) => {
        if (isCurrent) setState({ key, data, error: null });
      },
      (error: unknown) => {
        if (isCurrent) setState({ key, data: null, error });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [key, version, tries]);
  useEffect(() => {
    const seen = (): void => {
      if (document.visibilityState === 'visible') setTries((count) => count + 1);
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);
  const isOfKey = state.key === key;
  return {
    data: isOfKey ? state.data : null,
    error: isOfKey ? state.error : null,
    reload: () => {
      setTries((count) => count + 1);
    },
  };
}
