import { z } from 'zod';

import type { ImmichApi } from './immich-api.ts';
import { ImmichVersion } from './version.ts';

const User = z.object({ id: z.string(), name: z.string().default('') });
export type ImmichUser = z.infer<typeof User>;

const ApiKey = z.object({ name: z.string().default(''), permissions: z.array(z.string()) });
export type ImmichApiKey = z.infer<typeof ApiKey>;

/** Whose key it is: `GET /users/me` (user.read). */
export function getMe(api: ImmichApi, signal?: AbortSignal): Promise<ImmichUser> {
  return api.json({ path: '/users/me', signal }, User);
}

/** What the key may do: `GET /api-keys/me` (no permission needed). */
export function getApiKey(api: ImmichApi, signal?: AbortSignal): Promise<ImmichApiKey> {
  return api.json({ path: '/api-keys/me', signal }, ApiKey);
}

/** `GET /server/version` (no permission needed). */
export function getServerVersion(api: ImmichApi, signal?: AbortSignal): Promise<ImmichVersion> {
  return api.json({ path: '/server/version', signal }, ImmichVersion);
}
