import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Session } from '../api/types.ts';
import { Logo } from '../parts/logo.tsx';

/** Asks for the login of the worker's settings. */
export function LoginView(props: { api: Api; onSession: (session: Session) => void }): JSX.Element {
  const { api, onSession } = props;
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Faces';
    user.current?.focus();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      onSession(await api.logIn(user.current?.value ?? '', password.current?.value ?? ''));
    } catch (error) {
      setProblem(wordsFor(error));
      setBusy(false);
      password.current?.select();
    }
  };
  return (
    <main class="login" id="main">
      <form class="login-card" onSubmit={(event) => void submit(event)}>
        <Logo />
        <h1>Sign in</h1>
        <label class="field">
          <span>Name</span>
          <input ref={user} name="user" autocomplete="username" required />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            ref={password}
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="button primary" disabled={isBusy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
