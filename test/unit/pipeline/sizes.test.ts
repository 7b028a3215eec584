import type { SeenFace, SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { house } from '../../helpers/house.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { seenFace, seenPhoto } from '../../helpers/seen.ts';

const [ada, bo, cy, stranger] = [1, 2, 3, 4].map((seed) => unitDescriptor(seed));

function twice(face: SeenFace): SeenFace {
  const { x, y, width, height } = face.box;
  return { ...face, box: { x: 2 * x, y: 2 * y, width: 2 * width, height: 2 * height } };
}

/** The photo at twice the size, as other bytes. */
function large(faces: readonly SeenFace[], checksum: string): SeenPhoto {
  return { ...seenPhoto(faces.map(twice), checksum), image: { width: 2880, height: 2160 } };
}

test('a photo that comes at another size keeps names, what was said of faces, and a face that is missed', async () => {
  const home = await house();
  const three = [seenFace(ada!, 0), seenFace(bo!, 1), seenFace(cy!, 2)];
  const [first, second, third] = (await home.look('a', ...three)).faces;
  await home.correct('o', { kind: 'person-named', personId: first!.personId!, name: 'Ada' }, 'u');
  const poster = { kind: 'faces-ignored', faceIds: [second!.faceId], reason: 'a poster' } as const;
  await home.correct('o', poster, 'u');
  home.seen.set('a', large([three[0]!, three[2]!], 'large'));
  const missed = await home.run('a');
  const ids = [first!.faceId, third!.faceId, second!.faceId];
  expect(missed.faces.map(({ faceId }) => faceId)).toEqual(ids);
  expect(missed.faces[2]).toMatchObject({ personId: null, box: twice(three[1]!).box });
  const { people, persons } = await home.directories.current('o');
  expect(people.stateOf(first!.personId!).name).toBe('Ada');
  expect(persons.has(first!.personId!)).toBe(true);
  home.seen.set('a', large([three[0]!, seenFace(stranger!, 1), three[2]!], 'replaced'));
  const replaced = await home.run('a');
  expect(replaced.faces).toHaveLength(3);
  expect(replaced.faces.map(({ faceId }) => faceId)).not.toContain(second!.faceId);
});
