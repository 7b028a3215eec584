import type { FastifyRequest } from 'fastify';

import { WorkerError } from '../../errors.ts';
import { DEFAULT_OWNER_ID } from '../../queue/image-added.ts';
import type { Login } from '../login/login.ts';

interface OwnerStore {
  listOwners(): Promise<string[]>;
}

/** The login of a request; there is one on every route that is not open. */
export function loginOf(request: FastifyRequest): Login {
  if (request.login !== null) return request.login;
  throw new WorkerError('LOGIN_NEEDED', 'log in first: user and password are needed here');
}

/**
 * Whose people a request is about: the login's own; who may see all owners may ask for another by
 * `?owner=`. Throws FORBIDDEN.
 */
export async function ownerOf(
  request: FastifyRequest,
  store: OwnerStore,
  wanted = (request.query as { owner?: string }).owner,
): Promise<string> {
  const { ownerId } = loginOf(request);
  if (ownerId === null) return wanted ?? firstOwner(await store.listOwners());
  if (wanted === undefined || wanted === ownerId) return ownerId;
  throw new WorkerError(
    'FORBIDDEN',
    'this login sees the people of one owner, and not of this one',
  );
}

/** Whose people who sees all is shown at first. */
export function firstOwner(owners: readonly string[]): string {
  return owners.includes(DEFAULT_OWNER_ID) ? DEFAULT_OWNER_ID : (owners[0] ?? DEFAULT_OWNER_ID);
}
