import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { ApiError } from './api/api-error.ts';
import { Api } from './api/api.ts';
import type { Session } from './api/types.ts';
import { go, ownerHere, placeUrl, usePlace } from './app/place.ts';
import { Failure, Loading } from './parts/states.tsx';
import { Shell } from './shell.tsx';
import { LoginView } from './views/login-view.tsx';

type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'login' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'in'; readonly session: Session };

/** The pages: who is logged in, or the login. */
export function Root(): JSX.Element {
  const place = usePlace();
  const owner = ownerHere();
  const [first] = useState(() => new Api(owner));
  const api = useMemo(() => (owner === first.owner ? first : first.for(owner)), [owner]);
  const [state, setState] = useState<State>({ kind: 'loading' });
  const askForLogin = (): void => {
    setState({ kind: 'login' });
  };
  first.onLoggedOut = askForLogin;
  const enter = (session: Session): void => {
    // An address of somebody else's, for a login that sees one owner.
    if (!session.admin && owner !== undefined && owner !== session.owner) {
      go(placeUrl([], { owner: undefined }), { replace: true });
    }
    setState({ kind: 'in', session });
  };
  const load = (): void => {
    api.session().then(enter, (error: unknown) => {
      const needsLogin = error instanceof ApiError && error.status === 401;
      if (needsLogin) askForLogin();
      else setState({ kind: 'failed', error });
    });
  };
  useEffect(load, [api]);
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
          key={api.owner}
          api={api}
          place={place}
          session={state.session}
          onOwner={(chosen) => {
            go(placeUrl([], { owner: chosen }));
          }}
          onLoggedOut={askForLogin}
        />
      );
  }
}
