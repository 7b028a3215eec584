import { z } from 'zod';

import type { Login } from '../login/login.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { firstOwner, loginOf } from './owners.ts';
import { OwnerQuery, Session } from './schemas.ts';

/** Logging in and out, and who is logged in. */
export function sessionRoutes(app: ApiApp, context: ApiContext): void {
  const { guard } = context;
  app.get(
    '/session',
    {
      schema: {
        summary: 'Who is logged in, the token for changes, and how far the owner has come',
        querystring: OwnerQuery,
        response: { 200: Session },
      },
    },
    (request) => describe(loginOf(request), request.query.owner, context),
  );
  const Login = z.object({ user: z.string().max(200), password: z.string().max(1000) });
  app.post(
    '/session',
    {
      config: { open: true },
      schema: {
        summary: 'Log in',
        querystring: OwnerQuery,
        body: Login,
        response: { 200: Session },
      },
    },
    async (request, reply) => {
      const login = await guard.logIn(request.body, { request, reply });
      return describe(login, request.query.owner, context);
    },
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

/** Of the owner asked for, where the login sees all; else of its own. */
async function describe(
  { user, ownerId, csrfToken }: Login,
  wanted: string | undefined,
  { store, directories, ownerNames }: ApiContext,
): Promise<z.infer<typeof Session>> {
  const owners = ownerId === null ? await store.listOwners() : [ownerId];
  const owner = ownerId ?? wanted ?? firstOwner(owners);
  const { sequence: head } = await directories.current(owner);
  const named = ownerNames();
  const names = Object.fromEntries(owners.flatMap((id) => (named[id] ? [[id, named[id]]] : [])));
  return { user, owner, owners, ownerNames: names, admin: ownerId === null, csrfToken, head };
}
