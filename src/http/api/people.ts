import { z } from 'zod';

import { listFaces, listFacesOfNobody, listPhotos } from '../../people/list-photos.ts';
import { listPeople } from '../../people/list-people.ts';
import { personDetails } from '../../people/person-details.ts';
import { photoDetails } from '../../people/photo-details.ts';
import { WorkerError } from '../../errors.ts';
import type { ApiApp, ApiContext } from './api-options.ts';
import { ownerOf } from './owners.ts';
import {
  FaceSummary,
  Id,
  OwnerQuery,
  PageQuery,
  pageSchema,
  PersonDetails,
  PersonSummary,
  PhotoDetails,
  PhotoSummary,
} from './schemas.ts';

const PagedQuery = PageQuery.extend(OwnerQuery.shape);
const PersonParams = z.object({ personId: Id });
const MOST_TOGETHER = 20;

type Readers = Pick<ApiContext, 'directories' | 'store'>;

/** People, their faces and their photos. */
export function peopleRoutes(app: ApiApp, { directories, store }: Readers): void {
  app.get(
    '/people',
    {
      schema: {
        summary: 'People, the named first, then those on most photos',
        querystring: PagedQuery.extend({
          q: z.string().max(200).default(''),
          show: z.enum(['known', 'named', 'unnamed', 'hidden', 'all']).default('known'),
        }),
        response: { 200: pageSchema(PersonSummary) },
      },
    },
    async (request) =>
      listPeople(await directories.current(await ownerOf(request, store)), request.query),
  );
  app.get(
    '/people/:personId',
    {
      schema: {
        summary: 'A person, who was merged into it, and who may be the same',
        params: PersonParams,
        querystring: OwnerQuery,
        response: { 200: PersonDetails },
      },
    },
    async (request) =>
      personDetails(
        await directories.current(await ownerOf(request, store)),
        request.params.personId,
      ),
  );
  personListRoutes(app, { directories, store });
  nobodyRoute(app, { directories, store });
  photoRoutes(app, { directories, store });
}

function personListRoutes(app: ApiApp, { directories, store }: Readers): void {
  app.get(
    '/people/:personId/faces',
    {
      schema: {
        summary: "A person's faces, the newest first",
        params: PersonParams,
        querystring: PagedQuery,
        response: { 200: pageSchema(FaceSummary) },
      },
    },
    async (request) => {
      const directory = await directories.current(await ownerOf(request, store));
      return listFaces(directory, request.params.personId, request.query);
    },
  );
  app.get(
    '/people/:personId/photos',
    {
      schema: {
        summary: "A person's photos, the newest first",
        params: PersonParams,
        querystring: PagedQuery,
        response: { 200: pageSchema(PhotoSummary) },
      },
    },
    async (request) => {
      const directory = await directories.current(await ownerOf(request, store));
      return listPhotos(directory, [request.params.personId], request.query);
    },
  );
}

/** Faces that no person's list has. */
function nobodyRoute(app: ApiApp, { directories, store }: Readers): void {
  app.get(
    '/faces/nobody',
    {
      schema: {
        summary: 'Faces of nobody, the newest first, without those that were left out',
        querystring: PagedQuery,
        response: { 200: pageSchema(FaceSummary) },
      },
    },
    async (request) =>
      listFacesOfNobody(await directories.current(await ownerOf(request, store)), request.query),
  );
}

function photoRoutes(app: ApiApp, { directories, store }: Readers): void {
  const oneOrMore = z.union([Id, z.array(Id).max(MOST_TOGETHER)]);
  app.get(
    '/photos',
    {
      schema: {
        summary: 'Photos with all of the people asked for, the newest first',
        querystring: PagedQuery.extend({ person: oneOrMore.optional() }),
        response: { 200: pageSchema(PhotoSummary) },
      },
    },
    async (request) => {
      const directory = await directories.current(await ownerOf(request, store));
      return listPhotos(directory, [request.query.person ?? []].flat(), request.query);
    },
  );
  app.get(
    '/photos/:assetId',
    {
      schema: {
        summary: 'A photo, who is on it and why',
        params: z.object({ assetId: Id }),
        querystring: OwnerQuery,
        response: { 200: PhotoDetails },
      },
    },
    async (request) => {
      const { assetId } = request.params;
      const owner = await ownerOf(request, store);
      const record = await store.findPhoto(owner, assetId);
      const directory = await directories.current(owner);
      const details = record === null ? null : photoDetails(directory, record);
      if (details === null) throw photoUnknown(assetId);
      return details;
    },
  );
}

export function photoUnknown(assetId: string): WorkerError {
  return new WorkerError('PHOTO_UNKNOWN', `there is no photo ${JSON.stringify(assetId)}`);
}
