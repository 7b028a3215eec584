import { setImmediate } from 'node:timers/promises';

import type { MovedFact, MovedPhoto } from '../pipeline/people-file.ts';
import type { Directory } from './directory.ts';
import type { ListedPhoto } from './listed-photo.ts';

/** Photos written before others get a turn. */
const SLICE = 200;

/** An owner's people, names and corrections as one JSON file, piece by piece. */
export async function* exportPeople(
  { photos, people }: Directory,
  head: { readonly format: string; readonly version: number },
): AsyncGenerator<string> {
  yield `${JSON.stringify({ ...head, exportedAt: new Date().toISOString() }).slice(0, -1)},"photos":[`;
  let separator = '\n';
  let lines: string[] = [];
  // As they are now: what comes while somebody downloads is in the next export.
  for (const photo of [...photos.values()].filter(({ faces }) => faces.length > 0)) {
    lines.push(JSON.stringify(toMovedPhoto(photo)));
    if (lines.length < SLICE) continue;
    yield separator + lines.join(',\n');
    separator = ',\n';
    lines = [];
    await setImmediate();
  }
  if (lines.length > 0) yield separator + lines.join(',\n');
  const facts = people.facts.map(({ factId, at, by, body }): MovedFact => ({
    factId,
    at,
    by,
    body,
  }));
  yield `\n],"facts":[\n${facts.map((fact) => JSON.stringify(fact)).join(',\n')}\n]}\n`;
}

function toMovedPhoto({ assetId, checksum, image, faces }: ListedPhoto): MovedPhoto {
  return {
    assetId,
    checksum,
    image,
    faces: faces.map(({ faceId, storedPersonId, box, score, quality }) => ({
      faceId,
      personId: storedPersonId,
      box,
      score,
      quality: { value: quality.value, reasons: [...quality.reasons] },
    })),
  };
}
