import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import type { BoxDetection, Detection } from '../detection/detect.ts';
import type { AlbumResult, EvalResult, SetResult } from '../evaluate.ts';
import type { AlbumPeople } from '../identification/album-people.ts';
import type { Identification } from '../identification/summarise.ts';
import type { Verification } from '../verification/verify.ts';

interface SetFigures {
  readonly verification: Verification;
  readonly identification: Identification | null;
  readonly photos: number;
  readonly photosWithoutFace: number;
}

interface AlbumFigures {
  readonly identification: Identification | null;
  /** The album's people, worst order of arrival. */
  readonly people: number;
  readonly peopleTogether: number | null;
  readonly peopleMixed: number | null;
  readonly worstOrder: AlbumPeople | null;
}

/** What `--json` writes; null for what was not asked. */
export interface EvalFigures {
  /** Of the first set given, in the order --lfw, --people, --pairs-only. */
  readonly verification: Verification | null;
  readonly identification: Identification | null;
  /** Of --boxes where it was given; photos without a face are those of all sets. */
  readonly detection: Detection | BoxDetection;
  readonly album: AlbumFigures | null;
  readonly sets: Readonly<Record<string, SetFigures>>;
  /** What looked; null when no photo could be looked at. */
  readonly model: SeenPhoto['model'] | null;
  /** Photos that could not be looked at, with why. */
  readonly failed: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export function figuresOf({ sets, album, looks, seconds }: EvalResult): EvalFigures {
  const failed = [...looks].flatMap(([path, { error }]) => (error === null ? [] : [[path, error]]));
  return {
    verification: sets[0]?.verification ?? null,
    identification: sets.map(({ identification }) => identification).find((one) => one) ?? null,
    detection: detectionOf(sets, album),
    album: album === null ? null : albumFigures(album),
    sets: Object.fromEntries(sets.map((result) => [result.set.name, setFigures(result)])),
    model: [...looks.values()].find(({ seen }) => seen !== null)?.seen?.model ?? null,
    failed: Object.fromEntries(failed) as Record<string, string>,
    seconds,
  };
}

function setFigures(result: SetResult): SetFigures {
  return {
    verification: result.verification,
    identification: result.identification,
    photos: result.set.photos.length,
    photosWithoutFace: result.withoutFace.length,
  };
}

function detectionOf(sets: readonly SetResult[], album: AlbumResult | null): Detection {
  const box = album?.detected.detection;
  const inSets = sets.reduce((sum, { set }) => sum + set.photos.length, 0);
  const withoutInSets = sets.reduce((sum, { withoutFace }) => sum + withoutFace.length, 0);
  return {
    recall: null,
    precision: null,
    ...box,
    ...(album === null || album.byTilt.length === 0 ? {} : { byTilt: album.byTilt }),
    photosWithoutFace: (box?.photosWithoutFace ?? 0) + withoutInSets,
    photos: (box?.photos ?? 0) + inSets,
  };
}

function albumFigures({ identification, people }: AlbumResult): AlbumFigures {
  const worst = people.toSorted((a, b) => a.together - a.mixed - (b.together - b.mixed))[0] ?? null;
  return {
    identification,
    people: worst?.people.length ?? 0,
    peopleTogether: worst?.together ?? null,
    peopleMixed: worst?.mixed ?? null,
    worstOrder: worst,
  };
}
