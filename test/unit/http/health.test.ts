import fastify from 'fastify';

import { healthRoutes } from '../../../src/http/health.ts';
import type { Login } from '../../../src/http/login/login.ts';

async function ready(login: Pick<Login, 'ownerId'> | null): Promise<unknown> {
  const app = fastify();
  app.decorateRequest('login', null);
  app.addHook('onRequest', (request, _reply, done) => {
    if (login !== null) {
      request.login = { user: 'somebody', by: 'session', csrfToken: '', ...login };
    }
    done();
  });
  healthRoutes(app, {
    checks: { store: () => Promise.resolve() },
    about: { store: 'sqlite' },
    beside: () => ({ immich: { users: [{ user: 'bob', state: 'refused' }] } }),
  });
  try {
    return (await app.inject('/health/ready')).json();
  } finally {
    await app.close();
  }
}

test('what is beside, such as how the keys of all users do, is told to who may see all', async () => {
  expect(await ready(null)).toEqual({ status: 'ready' });
  const told = { status: 'ready', problems: {}, store: 'sqlite' };
  expect(await ready({ ownerId: 'ada' })).toEqual(told);
  const users = [{ user: 'bob', state: 'refused' }];
  expect(await ready({ ownerId: null })).toEqual({ ...told, immich: { users } });
});
