/**
 * Takes in as many faces as MongoDB's replies would bring, without a server: what of a worker's start is
 * the worker's own, whichever server answers.
 */
import { BSON } from 'mongodb';

import { DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import { KnownFaces } from '../../src/identities/known-faces.ts';
import type { PhotoRecord } from '../../src/identities/photo-record.ts';
import { FACE_API_PACK } from '../../src/nets/net.ts';
import {
  toOwnerEntry,
  toStoredPhoto,
  type KnownDocument,
} from '../../src/store/mongodb/documents.ts';
import { madeUpPhotos } from './made-up-photos.ts';

export interface ClientReport {
  readonly faces: number;
  /** From the replies' bytes to the index, without waiting for any. */
  readonly takeInMillis: number;
  readonly repliesMiB: number;
}

/** Photos of a reply, as the worker asks for them. */
const PAGE = 500;
const FACES_OF_PERSON = 20;

/** What KNOWN_ENTRY leaves of a photo's document. */
function knownDocument(photo: PhotoRecord): unknown {
  const { ownerId, assetId, sequence, model, faces } = toStoredPhoto(photo);
  const known = faces.map(({ faceId, personId, quality, descriptor }) => ({
    ...{ faceId, personId, quality, descriptor },
  }));
  return { ownerId, assetId, sequence, model, faces: known };
}

function* replies(faces: number): Generator<Uint8Array> {
  let page: unknown[] = [];
  const reply = (): Uint8Array => BSON.serialize({ cursor: { firstBatch: page } });
  for (const photo of madeUpPhotos({ faces, facesOfPerson: FACES_OF_PERSON, ownerId: 'owner' })) {
    page.push(knownDocument(photo));
    if (page.length < PAGE) continue;
    yield reply();
    page = [];
  }
  yield reply();
}

const known = new KnownFaces({ pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION });
let takeInMillis = 0;
let bytes = 0;
for (const reply of replies(Number(process.argv[2]))) {
  bytes += reply.byteLength;
  const start = performance.now();
  const { cursor } = BSON.deserialize(reply) as { cursor: { firstBatch: KnownDocument[] } };
  for (const document of cursor.firstBatch) known.apply(toOwnerEntry(document));
  takeInMillis += performance.now() - start;
}
const report: ClientReport = { faces: known.size, takeInMillis, repliesMiB: bytes / 2 ** 20 };
process.stdout.write(`${JSON.stringify(report)}\n`);
