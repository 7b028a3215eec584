import type { FacePlace } from './fact.ts';
import type { People } from './people.ts';

/**
 * Photos on which faces would newly be one person's, out of stored faces with all of the people
 * concerned. Two faces of one photo are usually two people; a collage or a mirror shows one twice.
 */
export function countTwice(faces: readonly FacePlace[], before: People, after: People): number {
  const groups = new Map<string, { assetId: string; former: (string | null)[] }>();
  for (const face of faces) {
    const personId = after.personOf(face);
    if (personId === null) continue;
    const key = JSON.stringify([face.assetId, personId]);
    const group = groups.get(key) ?? { assetId: face.assetId, former: [] };
    group.former.push(before.personOf(face));
    groups.set(key, group);
  }
  const twice = [...groups.values()].filter(({ former }) => wereApart(former));
  return new Set(twice.map(({ assetId }) => assetId)).size;
}

/** Two faces of nobody are as much apart as faces of two people. */
function wereApart([first, ...others]: readonly (string | null)[]): boolean {
  return others.some((personId) => personId === null || personId !== first);
}
