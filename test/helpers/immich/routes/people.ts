import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Routes } from '../context.ts';
import { IdParam, ImmichRefusal, noAccess, parse, Uuid } from '../errors.ts';
import type { StandInPerson, StandInState, StandInUser } from '../state.ts';

const Truth = z.enum(['true', 'false']).transform((text) => text === 'true');
const List = z.object({
  withHidden: Truth.default(false),
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(1000).default(500),
});
const Changes = z.object({
  name: z.string().optional(),
  birthDate: z.string().nullable().optional(),
  isHidden: z.boolean().optional(),
  isFavorite: z.boolean().optional(),
  color: z.string().nullable().optional(),
});
const Ids = z.object({ ids: z.array(Uuid) });
/** The user's `people.minimumFaces` preference (facts, section 3). */
const MINIMUM_FACES = 3;
const MOST_FOUND = 100;

/** People: they are per owner, and another user's answer 400 (facts, section 3). */
export const peopleRoutes: Routes = (app, { state, login }) => {
  app.get('/people', (request) => {
    const user = login(request, 'person.read');
    const { page, size, withHidden } = parse(List, request.query);
    const listed = peopleOf(state, user).filter(
      (person) => (withHidden || !person.isHidden) && isListed(state, person),
    );
    const people = listed.slice((page - 1) * size, page * size).map(personDto);
    return { people, hasNextPage: listed.length > page * size, total: listed.length, hidden: 0 };
  });
  app.post('/people', (request, reply) => {
    const user = login(request, 'person.create');
    const person = addPerson(state, user, parse(Changes, request.body));
    return reply.code(201).send(personDto(person));
  });
  app.get('/people/:id', (request) => {
    const user = login(request, 'person.read');
    return personDto(personOf(state, user, parse(IdParam, request.params).id, 'person.read'));
  });
  for (const method of ['PUT', 'PATCH'] as const) {
    app.route({
      method,
      url: '/people/:id',
      handler: (request) => {
        const user = login(request, 'person.update');
        const person = personOf(state, user, parse(IdParam, request.params).id, 'person.update');
        Object.assign(person, parse(Changes, request.body), { updatedAt: new Date() });
        return personDto(person);
      },
    });
  }
  app.delete('/people/:id', (request, reply) => {
    const user = login(request, 'person.delete');
    const { id } = parse(IdParam, request.params);
    removePerson(state, personOf(state, user, id, 'person.delete'));
    return reply.code(204).send();
  });
  app.post('/people/:id/merge', (request) => {
    const user = login(request, 'person.merge');
    const intoId = parse(IdParam, request.params).id;
    const { ids } = parse(Ids, request.body);
    if (ids.includes(intoId)) {
      throw new ImmichRefusal(400, 'Cannot merge a person into themselves');
    }
    const isGone = (id: string): boolean => state.people.get(id)?.ownerId !== user.id;
    if (state.mergesLists && isGone(intoId)) {
      const gone = [intoId, ...ids].filter(isGone);
      return gone.map((id) => ({ id, success: false, error: 'no_permission' }));
    }
    const into = personOf(state, user, intoId, 'person.update');
    return ids.map((id) => {
      const from = state.people.get(id);
      if (from?.ownerId !== user.id) return { id, success: false, error: 'no_permission' };
      if (state.mergesFail) return { id, success: false, error: 'unknown' };
      mergePeople(state, into, from);
      return { id, success: true };
    });
  });
  app.get('/search/person', (request) => {
    const user = login(request, 'person.read');
    const { name } = parse(z.object({ name: z.string().min(1) }), request.query);
    // Trigrams find what is alike; so does a part of the name here. Faces are not asked for.
    const wanted = name.toLowerCase();
    return peopleOf(state, user)
      .filter((person) => person.name.toLowerCase().includes(wanted))
      .slice(0, MOST_FOUND)
      .map(personDto);
  });
};

/** As `POST /people`; names need not be unique. */
export function addPerson(
  state: StandInState,
  owner: StandInUser,
  changes: z.infer<typeof Changes> = {},
): StandInPerson {
  const now = new Date();
  const person: StandInPerson = {
    id: randomUUID(),
    ownerId: owner.id,
    name: changes.name ?? '',
    birthDate: changes.birthDate ?? null,
    isHidden: changes.isHidden ?? false,
    isFavorite: changes.isFavorite ?? false,
    color: changes.color ?? null,
    faceAssetId: null,
    thumbnailPath: '',
    createdAt: now,
    updatedAt: now,
  };
  state.people.set(person.id, person);
  return person;
}

/** A deleted person's faces stay, as nobody's. */
export function removePerson(state: StandInState, person: StandInPerson): void {
  state.people.delete(person.id);
  for (const face of state.faces.values()) if (face.personId === person.id) face.personId = null;
}

/** Moves the faces, takes over a name that is missing, and deletes the other. */
export function mergePeople(state: StandInState, into: StandInPerson, from: StandInPerson): void {
  for (const face of state.faces.values()) {
    if (face.personId === from.id) face.personId = into.id;
  }
  if (into.name === '') into.name = from.name;
  state.people.delete(from.id);
}

/** A user's own; else 400, whether or not there is such a person (facts, section 3, [RUN]). */
export function personOf(
  state: StandInState,
  user: StandInUser,
  id: string,
  permission: string,
): StandInPerson {
  const person = state.people.get(id);
  if (person?.ownerId !== user.id) throw noAccess(permission);
  return person;
}

export function personDto(person: StandInPerson): Record<string, unknown> {
  const { id, name, birthDate, isHidden, isFavorite, color, thumbnailPath, updatedAt } = person;
  return {
    ...{ id, name, birthDate, isHidden, isFavorite, color, thumbnailPath },
    updatedAt: updatedAt.toISOString(),
  };
}

function peopleOf(state: StandInState, user: StandInUser): StandInPerson[] {
  return [...state.people.values()].filter(({ ownerId }) => ownerId === user.id);
}

/** The listing leaves out unnamed people of few faces, and all without faces (facts, section 3). */
function isListed(state: StandInState, person: StandInPerson): boolean {
  const faces = [...state.faces.values()].filter(
    ({ personId, deletedAt }) => personId === person.id && deletedAt === null,
  ).length;
  return faces >= (person.name === '' ? MINIMUM_FACES : 1);
}
