import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { RouteContext, Routes } from '../context.ts';
import { IdParam, noAccess, parse, Uuid } from '../errors.ts';
import type { StandInState, StandInTag, StandInUser } from '../state.ts';

const Upsert = z.object({ tags: z.array(z.string().min(1)) });
const Ids = z.object({ ids: z.array(Uuid) });
const Bulk = z.object({ tagIds: z.array(Uuid), assetIds: z.array(Uuid) });

/** Tags; tagging sets off Immich's jobs (facts, 2.1, hazard [RUN]). */
export const tagsRoutes: Routes = (app, context) => {
  const { state, login } = context;
  app.get('/tags', (request) => {
    const user = login(request, 'tag.read');
    return [...state.tags.values()].filter(({ ownerId }) => ownerId === user.id).map(tagDto);
  });
  app.put('/tags', (request) => {
    const user = login(request, 'tag.create');
    return parse(Upsert, request.body).tags.map((value) => tagDto(upsert(state, user, value)));
  });
  app.put('/tags/assets', async (request) => {
    const user = login(request, 'tag.asset');
    const { tagIds, assetIds } = parse(Bulk, request.body);
    let count = 0;
    for (const id of tagIds) count += await link(context, tagOf(state, user, id), user, assetIds);
    // [RUN] Newly linked ones; 0 at a repeat.
    return { count };
  });
  app.put('/tags/:id/assets', async (request) => {
    const user = login(request, 'tag.asset');
    const tag = tagOf(state, user, parse(IdParam, request.params).id);
    const results: Record<string, unknown>[] = [];
    for (const id of parse(Ids, request.body).ids) {
      if (tag.assetIds.has(id)) results.push({ id, success: false, error: 'duplicate' });
      else if (!state.mayShare(user, id)) {
        results.push({ id, success: false, error: 'no_permission' });
      } else {
        await link(context, tag, user, [id]);
        results.push({ id, success: true });
      }
    }
    return results;
  });
  app.delete('/tags/:id/assets', async (request) => {
    const user = login(request, 'tag.asset');
    const tag = tagOf(state, user, parse(IdParam, request.params).id);
    const results: Record<string, unknown>[] = [];
    for (const id of parse(Ids, request.body).ids) {
      const asset = state.assets.get(id);
      const success = tag.assetIds.delete(id);
      if (success && asset !== undefined) await context.jobs.tagged(asset);
      results.push(success ? { id, success } : { id, success, error: 'not_found' });
    }
    return results;
  });
  app.delete('/tags/:id', (request, reply) => {
    const user = login(request, 'tag.delete');
    const tag = tagOf(state, user, parse(IdParam, request.params).id, 'tag.delete');
    for (const one of state.tags.values()) {
      if (one.id === tag.id || one.value.startsWith(`${tag.value}/`)) state.tags.delete(one.id);
    }
    return reply.code(204).send();
  });
};

/** The tag of a path, with its parents. */
export function upsert(state: StandInState, user: StandInUser, value: string): StandInTag {
  let parentId: string | null = null;
  let tag: StandInTag | undefined;
  const parts = value.split('/').filter((part) => part !== '');
  for (let depth = 1; depth <= parts.length; depth++) {
    const path = parts.slice(0, depth).join('/');
    tag = [...state.tags.values()].find((one) => one.ownerId === user.id && one.value === path);
    tag ??= { id: randomUUID(), ownerId: user.id, value: path, parentId, assetIds: new Set() };
    state.tags.set(tag.id, tag);
    parentId = tag.id;
  }
  if (tag === undefined) throw noAccess('tag.create');
  return tag;
}

export function tagDto({ id, value, parentId }: StandInTag): Record<string, unknown> {
  return { id, value, name: value.split('/').at(-1), ...(parentId === null ? {} : { parentId }) };
}

function tagOf(
  state: StandInState,
  user: StandInUser,
  id: string,
  permission = 'tag.asset',
): StandInTag {
  const tag = state.tags.get(id);
  if (tag?.ownerId !== user.id) throw noAccess(permission);
  return tag;
}

async function link(
  { state, jobs }: RouteContext,
  tag: StandInTag,
  user: StandInUser,
  assetIds: readonly string[],
): Promise<number> {
  let count = 0;
  for (const id of assetIds) {
    const asset = state.assetOf(user, id, { permission: 'asset.update' });
    if (tag.assetIds.has(id)) continue;
    tag.assetIds.add(id);
    count += 1;
    await jobs.tagged(asset);
  }
  return count;
}
