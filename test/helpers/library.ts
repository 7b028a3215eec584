import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { recordOnce } from '../../scripts/soak/record.ts';
import { photoOf, readRecordings } from '../../scripts/soak/recordings.ts';

/** As many as the soak records, whose recordings these are. */
const RECORDED = 400;

/**
 * What the real nets saw on `count` photos of people who are on several: on LFW's development view
 * where it is there, on the samples of the face-api package otherwise; each recorded photo is several
 * here, its faces moved a little, as far apart as those of one person are.
 */
export async function photosOfPeople(count: number): Promise<Map<string, SeenPhoto>> {
  const { signal } = new AbortController();
  const recordings = await readRecordings(
    await recordOnce(RECORDED, { signal, say: () => undefined }),
  );
  const few = { ...recordings, photos: recordings.photos.slice(0, Math.ceil(count / 3)) };
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const name = `photo-${String(i).padStart(4, '0')}`;
      return [name, photoOf(few, i, 1)];
    }),
  );
}
