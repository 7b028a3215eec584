import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { wordsFor } from './api/api-error.ts';
import type { Api } from './api/api.ts';
import type { Session } from './api/types.ts';
import { AppContext, type App } from './app/app.ts';
import {
  createCorrect,
  createWriteUnlessChanged,
  type Naming,
  type Since,
} from './app/corrections.ts';
import { Learning } from './app/learning.ts';
import type { Place } from './app/place.ts';
import { useFocusKept } from './app/use-focus-kept.ts';
import { Navigation } from './navigation.tsx';
import { ConflictDialog } from './parts/conflict-dialog.tsx';
import { Toasts, type Toast } from './parts/toasts.tsx';
import { Views } from './views.tsx';
import { MergeDialog } from './views/merge-dialog.tsx';

const MOST_TOASTS = 3;

interface Conflict {
  readonly since: readonly Since[];
  readonly decide: (goOn: boolean) => void;
}

/** Everything around a view: ways to the others, messages, and the question about a conflict. */
export function Shell(props: {
  api: Api;
  place: Place;
  session: Session;
  onOwner: (owner: string) => void;
  onLoggedOut: () => void;
}): JSX.Element {
  const { api, place, session, onOwner, onLoggedOut } = props;
  useFocusOnArrival(place.parts.join('/'));
  useFocusKept();
  const { toasts, notify, close } = useToasts();
  const { conflict, askAboutConflict } = useConflict();
  const [naming, askForName] = useState<Naming | null>(null);
  const app = useAppOf({ api, session, notify, askAboutConflict, askForName });
  const logOut = (): void => {
    api.logOut().then(onLoggedOut, (error: unknown) => {
      notify({ text: wordsFor(error), tone: 'bad' });
    });
  };
  return (
    <AppContext.Provider value={app}>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <Navigation place={place} session={session} onOwner={onOwner} onLogOut={logOut} />
      <main id="main" class="main" tabIndex={-1}>
        <Views place={place} />
      </main>
      <Toasts toasts={toasts} close={close} />
      {naming === null ? null : (
        <MergeDialog
          person={naming.into}
          other={naming.from}
          write={naming.write}
          onClose={() => {
            askForName(null);
          }}
        />
      )}
      {conflict === null ? null : (
        <ConflictDialog since={conflict.since} decide={conflict.decide} />
      )}
    </AppContext.Provider>
  );
}

/** What the views can do, as long as people of the same owner are shown. */
function useAppOf(
  ports: Pick<App, 'api' | 'session' | 'notify'> & {
    readonly askAboutConflict: (since: readonly Since[]) => Promise<boolean>;
    readonly askForName: (naming: Naming) => void;
  },
): App {
  const { api, session } = ports;
  const [version, setVersion] = useState(0);
  const [lists] = useState<App['lists']>(() => new Map());
  const { learning, can } = useMemo(() => {
    const { notify } = ports;
    const changed = (): void => {
      setVersion((count) => count + 1);
    };
    const learning = new Learning({ api, notify, changed });
    const offerFor: App['offerFor'] = (taught) => learning.offerFor(taught);
    const writeUnlessChanged = createWriteUnlessChanged(ports);
    const correct = createCorrect({ ...ports, changed, offerFor, writeUnlessChanged });
    const applyLearned: App['applyLearned'] = (faces) => learning.apply(faces);
    const can = { api, notify, changed, offerFor, applyLearned, correct, writeUnlessChanged };
    return { learning, can };
  }, [api]);
  useEffect(
    () => () => {
      learning.stop();
    },
    [learning],
  );
  return useMemo(() => ({ ...can, session, version, lists }), [can, session, version]);
}

/** The question about what others changed meanwhile, while there is one. */
function useConflict(): {
  conflict: Conflict | null;
  askAboutConflict: (since: readonly Since[]) => Promise<boolean>;
} {
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const askAboutConflict = (since: readonly Since[]): Promise<boolean> =>
    new Promise((resolve) => {
      const decide = (goOn: boolean): void => {
        setConflict(null);
        resolve(goOn);
      };
      setConflict({ since, decide });
    });
  return { conflict, askAboutConflict };
}

/**
 * Whoever follows a link hears where it led: the heading gets the focus, unless the view has given
 * it to a field. Not when the page opens, which the browser tells itself.
 */
function useFocusOnArrival(path: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const main = document.getElementById('main');
    const { activeElement } = document;
    if (activeElement !== main && main?.contains(activeElement) === true) return;
    (main?.querySelector<HTMLElement>('h1') ?? main)?.focus({ preventScroll: true });
  }, [path]);
}

/** A newer offer counts what an older one did; what offered nothing else is gone with it. */
function withoutOffer(toast: Toast): Toast[] {
  return toast.text === '' ? [] : [{ ...toast, offer: undefined }];
}

/** Of too many the oldest go, but none with an offer: what is offered is not said again. */
function latest(toasts: readonly Toast[]): readonly Toast[] {
  const room = toasts.length - MOST_TOASTS;
  const gone = toasts.filter(({ offer }) => offer == null).slice(0, Math.max(0, room));
  return toasts.filter((one) => !gone.includes(one));
}

function useToasts(): {
  toasts: readonly Toast[];
  notify: App['notify'];
  close: (id: number) => void;
} {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const count = useRef(0);
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  const notify: App['notify'] = (notice) => {
    if (!isThere.current) return;
    const id = ++count.current;
    setToasts((shown) => {
      const others = notice.offer === undefined ? shown : shown.flatMap(withoutOffer);
      return latest([...others, { ...notice, id }]);
    });
  };
  const close = (id: number): void => {
    setToasts((shown) => shown.filter((one) => one.id !== id));
  };
  return { toasts, notify, close };
}
