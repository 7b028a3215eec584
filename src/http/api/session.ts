import { z } from 'zod';

import type { Login } from '../login/login.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { firstOwner, loginOf } from './owners.ts';
import { Session } from './schemas.ts';

/** Logging in and out, and who is logged in. */
export function sessionRoutes(app: ApiApp, context: ApiContext): void {
  const { guard } = context;
  app.get(
    '/session',
    {
      schema: {
        summary: 'Who is logged in, and the token for changes',
        response: { 200: Session },
      },
    },
    (request) => describe(loginOf(request), context),
  );
  const Login = z.object({ user: z.string().max(200), password: z.string().max(1000) });
  app.post(
    '/session',
    {
      config: { open: true },
      schema: { summary: 'Log in', body: Login, response: { 200: Session } },
    },
    async (request, reply) =>
      describe(await guard.logIn(request.body, { request, reply }), context),
  );
  app.delete(
    '/session',
    { config: { sends: [] }, schema: { summary: 'Log out' } },
    (request, reply) => {
      guard.logOut({ request, reply });
      return reply.code(204).send();
    },
  );
}

async function describe(
  { user, ownerId, csrfToken }: Login,
  { store, directories }: ApiContext,
): Promise<z.infer<typeof Session>> {
  const owners = ownerId === null ? await store.listOwners() : [ownerId];
  const owner = ownerId ?? firstOwner(owners);
  const { sequence: head } = await directories.current(owner);
  return { user, owner, owners, admin: ownerId === null, csrfToken, head };
}
