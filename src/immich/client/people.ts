import { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import { BulkResults, outcomeOf } from './bulk-result.ts';
import type { ImmichApi } from './immich-api.ts';

/** What the worker needs of PersonResponseDto. */
export const ImmichPerson = z.object({
  id: z.string(),
  /** Empty when nobody has named the person. */
  name: z.string().default(''),
  isHidden: z.boolean().default(false),
  isFavorite: z.boolean().default(false),
  birthDate: z.string().nullish(),
  /** Of its row: name, hiding, picture; moving a face need not change it. */
  updatedAt: z.string().optional(),
});
export type ImmichPerson = z.infer<typeof ImmichPerson>;

const Page = z.object({ people: z.array(ImmichPerson), hasNextPage: z.boolean().default(false) });
const PAGE = 1000;

const pathOf = (personId: string): string => `/people/${encodeURIComponent(personId)}`;

/** `GET /people/:id` (person.read); ASSET_GONE when the person is not there. */
export function getPerson(api: ImmichApi, personId: string): Promise<ImmichPerson> {
  return api.json({ path: pathOf(personId) }, ImmichPerson);
}

/**
 * `GET /people` (person.read), all pages. It leaves out unnamed people below the user's least number
 * of faces and those without photos in the timeline, so that nobody's absence says anything.
 */
export async function listPeople(api: ImmichApi): Promise<ImmichPerson[]> {
  const found: ImmichPerson[] = [];
  for (let page = 1; ; page++) {
    const query = { withHidden: true, page, size: PAGE };
    const { people, hasNextPage } = await api.json({ path: '/people', query }, Page);
    found.push(...people);
    if (!hasNextPage || people.length === 0) return found;
  }
}

/** `GET /search/person` (person.read): people of about this name, also those without a face. */
export function findPeople(api: ImmichApi, name: string): Promise<ImmichPerson[]> {
  const query = { name, withHidden: true };
  return api.json({ path: '/search/person', query }, z.array(ImmichPerson));
}

/** `POST /people` (person.create): each call makes another one. */
export function createPerson(
  api: ImmichApi,
  body: { readonly name: string; readonly isHidden: boolean },
): Promise<ImmichPerson> {
  return api.json({ method: 'POST', path: '/people', body }, ImmichPerson);
}

/** `PUT /people/:id` (person.update). */
export function updatePerson(
  api: ImmichApi,
  personId: string,
  body: { readonly name?: string; readonly isHidden?: boolean },
): Promise<void> {
  return api.done({ method: 'PUT', path: pathOf(personId), body });
}

/**
 * `POST /people/:id/merge` (person.merge): moves the other's faces and deletes it. One that is gone
 * is passed over; ASSET_GONE when the person to merge into is, which Immich says in a success since
 * 3.2.1.
 */
export async function mergePerson(api: ImmichApi, intoId: string, fromId: string): Promise<void> {
  const path = `${pathOf(intoId)}/merge`;
  const request = { method: 'POST', path, body: { ids: [fromId] }, repeatable: true } as const;
  const results = await api.json(request, BulkResults);
  if (results.some(({ id, success }) => id === intoId && !success)) {
    throw new WorkerError(
      'ASSET_GONE',
      `expected the person ${intoId} to merge into; it was deleted`,
    );
  }
  outcomeOf(results, 'merge two people');
}

/** `DELETE /people/:id` (person.delete); its faces stay, as nobody's. */
export function deletePerson(api: ImmichApi, personId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: pathOf(personId) });
}
