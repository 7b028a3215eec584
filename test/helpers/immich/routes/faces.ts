import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Routes } from '../context.ts';
import { IdParam, noAccess, parse, Uuid } from '../errors.ts';
import type { StandInAsset, StandInFace, StandInState } from '../state.ts';
import { personDto, personOf } from './people.ts';

/** Whole numbers without a least one (facts, section 3, coordinates). */
const Create = z.object({
  assetId: Uuid,
  personId: Uuid,
  imageWidth: z.int(),
  imageHeight: z.int(),
  x: z.int(),
  y: z.int(),
  width: z.int(),
  height: z.int(),
});

/** Faces (facts, section 3). */
export const facesRoutes: Routes = (app, { state, login }) => {
  app.get('/faces', (request) => {
    const user = login(request, 'face.read');
    const { id } = parse(IdParam, request.query);
    state.assetOf(user, id, { permission: 'asset.read', partners: true });
    return facesOf(state, id).map((face) => faceDto(state, face));
  });
  app.post('/faces', (request, reply) => {
    const user = login(request, 'face.create');
    const face = parse(Create, request.body);
    const asset = state.assetOf(user, face.assetId, { permission: 'asset.read' });
    const person = personOf(state, user, face.personId, 'person.read');
    // [RUN] A second time makes a second face.
    const { id } = addFace(state, asset, {
      ...{ imageWidth: face.imageWidth, imageHeight: face.imageHeight, personId: person.id },
      boundingBoxX1: face.x,
      boundingBoxY1: face.y,
      boundingBoxX2: face.x + face.width,
      boundingBoxY2: face.y + face.height,
      sourceType: 'manual',
    });
    person.faceAssetId ??= id;
    // [RUN] 201 with an empty body: the id is not told.
    return reply.code(201).send();
  });
  app.put('/faces/:id', (request) => {
    const user = login(request, 'face.update');
    // The path names the person, the body the face (facts, section 3).
    const person = personOf(state, user, parse(IdParam, request.params).id, 'person.update');
    const face = state.faces.get(parse(IdParam, request.body).id);
    if (face === undefined || state.assets.get(face.assetId)?.ownerId !== user.id) {
      throw noAccess('person.create');
    }
    face.personId = person.id;
    person.faceAssetId ??= face.id;
    return personDto(person);
  });
  app.delete('/faces/:id', (request, reply) => {
    const user = login(request, 'face.delete');
    const face = state.faces.get(parse(IdParam, request.params).id);
    const { force } = parse(z.object({ force: z.boolean() }), request.body);
    if (face === undefined || state.assets.get(face.assetId)?.ownerId !== user.id) {
      throw noAccess('face.delete');
    }
    if (force) state.faces.delete(face.id);
    else face.deletedAt = new Date();
    return reply.code(204).send();
  });
};

/** A face as Immich's own detection or a user would leave it. */
export function addFace(
  state: StandInState,
  asset: StandInAsset,
  face: Omit<StandInFace, 'id' | 'assetId' | 'deletedAt' | 'isVisible'>,
): StandInFace {
  const added = { ...face, id: randomUUID(), assetId: asset.id, deletedAt: null, isVisible: true };
  state.faces.set(added.id, added);
  return added;
}

/** Those that are not deleted, nor outside the crop of an edited photo. */
export function facesOf(state: StandInState, assetId: string): StandInFace[] {
  return [...state.faces.values()].filter(
    (face) => face.assetId === assetId && face.deletedAt === null && face.isVisible,
  );
}

function faceDto(state: StandInState, face: StandInFace): Record<string, unknown> {
  const { personId } = face;
  const person = personId === null ? undefined : state.people.get(personId);
  return {
    id: face.id,
    imageWidth: face.imageWidth,
    imageHeight: face.imageHeight,
    boundingBoxX1: face.boundingBoxX1,
    boundingBoxY1: face.boundingBoxY1,
    boundingBoxX2: face.boundingBoxX2,
    boundingBoxY2: face.boundingBoxY2,
    sourceType: face.sourceType,
    person: person === undefined ? null : personDto(person),
  };
}
