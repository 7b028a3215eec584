import type { SeenFace } from '../../../src/descriptors/seen-photo.ts';
import type { TruthPhoto } from '../data/read-ground-truth.ts';
import type { Looks } from '../look/looked-photo.ts';
import { averagePrecision } from './average-precision.ts';
import { matchPhoto, type MatchedPhoto } from './match-photo.ts';

export interface Bin {
  readonly name: string;
  readonly labelled: number;
  readonly recall: number | null;
}

/** What `--json` says of the found faces. */
export interface Detection {
  /** Of labelled boxes and noses; null where no label says where faces are. */
  readonly recall: number | null;
  readonly precision: number | null;
  /** Photos known to hold a face on which none was found. */
  readonly photosWithoutFace: number;
  /** Photos known to hold a face. */
  readonly photos: number;
}

/** The same, with what only labelled boxes tell. */
export interface BoxDetection extends Detection {
  readonly labelled: number;
  readonly wrong: number;
  readonly averagePrecision: number | null;
  readonly boxes: { readonly labelled: number; readonly recall: number | null };
  readonly noses: { readonly labelled: number; readonly recall: number | null };
  readonly bySize: readonly Bin[];
  readonly byFacesOnPhoto: readonly Bin[];
  /** On turned copies, where they were asked for. */
  readonly byTilt?: readonly Bin[];
  /** Photos of which only the number of faces is known. */
  readonly counts: {
    readonly photos: number;
    readonly exact: number;
    readonly tooFew: number;
    readonly tooMany: number;
  };
}

export interface Detected {
  readonly detection: BoxDetection;
  readonly matched: readonly MatchedPhoto[];
  /** Paths of photos known to hold a face on which none was found. */
  readonly withoutFace: readonly string[];
}

const SIZES_PX = [0, 32, 64, 128, Infinity] as const;

/** Holds what was found against what is known of each photo. */
export function detect(truths: readonly TruthPhoto[], looks: Looks): Detected {
  const matched = truths.flatMap((truth) => matchPhoto(truth, facesOf(truth.path, looks)) ?? []);
  const holding = truths.filter(holdsFace);
  const withoutFace = holding
    .filter(({ path }) => facesOf(path, looks).length === 0)
    .map(({ path }) => path);
  const labelled = sum(matched, (photo) => photo.labelled);
  const right = sum(matched, (photo) => countOf(photo, 'right'));
  const wrong = sum(matched, (photo) => countOf(photo, 'wrong'));
  const withBoxes = matched.filter(({ truth }) => truth.boxes !== null);
  const withNoses = matched.filter(({ truth }) => truth.boxes === null && truth.noses !== null);
  const scored = withBoxes.flatMap(({ faces }) =>
    faces
      .filter(({ verdict }) => verdict !== 'ignored')
      .map(({ face, verdict }) => ({ score: face.score, right: verdict === 'right' })),
  );
  return {
    matched,
    withoutFace,
    detection: {
      recall: ratio(right, labelled),
      precision: ratio(right, right + wrong),
      photosWithoutFace: withoutFace.length,
      photos: holding.length,
      labelled,
      wrong,
      averagePrecision: averagePrecision(
        scored,
        sum(withBoxes, (photo) => photo.labelled),
      ),
      boxes: recallOf(withBoxes),
      noses: recallOf(withNoses),
      bySize: binsBySize(withBoxes),
      byFacesOnPhoto: binsByCount(matched),
      counts: compareCounts(truths, looks),
    },
  };
}

function holdsFace({ person, peoplePresent, faces, boxes, noses }: TruthPhoto): boolean {
  if (faces !== null) return faces > 0;
  const labels = (boxes?.length ?? 0) + (noses?.length ?? 0) + peoplePresent.length;
  return person !== null || labels > 0;
}

function facesOf(path: string, looks: Looks): readonly SeenFace[] {
  return looks.get(path)?.seen?.faces ?? [];
}

function countOf({ faces }: MatchedPhoto, verdict: 'right' | 'wrong'): number {
  return faces.filter((face) => face.verdict === verdict).length;
}

function recallOf(photos: readonly MatchedPhoto[]): BoxDetection['boxes'] {
  const labelled = sum(photos, (photo) => photo.labelled);
  const missed = sum(photos, (photo) => photo.missed.length);
  return { labelled, recall: ratio(labelled - missed, labelled) };
}

function binsBySize(photos: readonly MatchedPhoto[]): Bin[] {
  return SIZES_PX.slice(1).map((most, i): Bin => {
    const least = SIZES_PX[i] as number;
    let [labelled, missed] = [0, 0];
    for (const { truth, missed: missedPlaces } of photos) {
      for (const [place, { width, height }] of (truth.boxes ?? []).entries()) {
        const sidePx = Math.sqrt(width * height);
        if (sidePx < least || sidePx >= most) continue;
        labelled++;
        if (missedPlaces.includes(place)) missed++;
      }
    }
    const name = most === Infinity ? `from ${least} px` : `${least} to ${most} px`;
    return { name, labelled, recall: ratio(labelled - missed, labelled) };
  });
}

function binsByCount(photos: readonly MatchedPhoto[]): Bin[] {
  const bins = [
    ['1 face', 1, 1],
    ['2 to 4 faces', 2, 4],
    ['5 and more', 5, Infinity],
  ] as const;
  return bins.map(([name, least, most]) => ({
    name,
    ...recallOf(photos.filter(({ labelled }) => labelled >= least && labelled <= most)),
  }));
}

function compareCounts(truths: readonly TruthPhoto[], looks: Looks): BoxDetection['counts'] {
  const differences = truths
    .filter(({ faces, boxes, noses }) => faces !== null && boxes === null && noses === null)
    .map(({ path, faces }) => facesOf(path, looks).length - (faces ?? 0));
  return {
    photos: differences.length,
    exact: differences.filter((difference) => difference === 0).length,
    tooFew: differences.filter((difference) => difference < 0).length,
    tooMany: differences.filter((difference) => difference > 0).length,
  };
}

function sum<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
