import { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import { deniesRoute, routeUnknown, type Call } from './refusal.ts';

/** Of `GET /server/config`, which all versions serve in either mode, without a permission. */
const ServerConfig = z.object({ maintenanceMode: z.boolean().default(false) });

/**
 * Works as `work` does, one try of `call`, and tells a route that this version of Immich does not have
 * (IMMICH_REFUSED) from one that it does not serve just now: in maintenance mode it answers both alike,
 * and only its config, the text of which `readConfig` gives, names the mode.
 */
export async function tryRoute<T>(
  call: Call,
  work: () => Promise<T>,
  readConfig: () => Promise<string>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!deniesRoute(error) || !(await servesAll(readConfig))) throw error;
  }
  // The mode may have ended between the two answers.
  try {
    return await work();
  } catch (error) {
    throw error instanceof WorkerError && deniesRoute(error) ? routeUnknown(call, error) : error;
  }
}

/** Whether an Immich answers that is not in maintenance mode. */
async function servesAll(readConfig: () => Promise<string>): Promise<boolean> {
  try {
    return !ServerConfig.parse(JSON.parse(await readConfig())).maintenanceMode;
  } catch {
    return false;
  }
}
