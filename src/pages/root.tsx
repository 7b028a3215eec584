import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { ApiError } from './api/api-error.ts';
import { Api } from './api/api.ts';
import type { Session } from './api/types.ts';
import { Failure, Loading } from './parts/states.tsx';
import { Shell } from './shell.tsx';
import { LoginView } from './views/login-view.tsx';

type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'login' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'in'; readonly session: Session; readonly api: Api };

/** The pages: who is logged in, or the login. */
export function Root(): JSX.Element {
  const [api] = useState(() => new Api(undefined));
  const [state, setState] = useState<State>({ kind: 'loading' });
  const enter = (session: Session): void => {
    setState({ kind: 'in', session, api });
  };
  const load = (): void => {
    api.session().then(enter, (error: unknown) => {
      const needsLogin = error instanceof ApiError && error.status === 401;
      setState(needsLogin ? { kind: 'login' } : { kind: 'failed', error });
    });
  };
  useEffect(load, []);
  switch (state.kind) {
    case 'loading':
      return <Loading what="people" />;
    case 'login':
      return <LoginView api={api} onSession={enter} />;
    case 'failed':
      return (
        <main id="main" class="main">
          <Failure error={state.error} retry={load} />
        </main>
      );
    case 'in':
      return (
        <Shell
          key={state.api.owner}
          api={state.api}
          session={state.session}
          onOwner={(owner) => {
            setState({ ...state, api: state.api.for(owner) });
          }}
          onLoggedOut={() => {
            setState({ kind: 'login' });
          }}
        />
      );
  }
}
