import Table from 'cli-table3';

import type { BoxDetection } from '../detection/detect.ts';
import type { GroupingFigures, Identification } from '../identification/summarise.ts';
import { FALSE_ACCEPT_RATES, type Verification } from '../verification/verify.ts';
import type { EvalFigures } from './figures.ts';

type Row = [string, string, string];

/** All figures in one table, for people. */
export function tableOf(figures: EvalFigures): string {
  const table = new Table({
    head: ['set', 'figure', 'value'],
    style: { compact: true, head: [], border: [] },
  });
  table.push(...rowsOf(figures));
  return table.toString();
}

/** Set, figure and value of each line. */
export function rowsOf(figures: EvalFigures): Row[] {
  const rows: Row[] = [];
  for (const [name, set] of Object.entries(figures.sets)) {
    rows.push(...verificationRows(name, set.verification));
    if (set.identification !== null) rows.push(...identificationRows(name, set.identification));
    rows.push([name, 'photos without a face', `${set.photosWithoutFace} of ${set.photos}`]);
  }
  if (figures.album !== null) rows.push(...albumRows(figures));
  return rows;
}

function verificationRows(name: string, verification: Verification): Row[] {
  const { pairs, tarAtFar, thresholdAtFar } = verification;
  const error = verification.accuracyStandardError;
  return [
    [
      name,
      `accuracy, ${verification.accuracyMethod}`,
      `${percent(verification.accuracy)}${error === null ? '' : ` ± ${(error * 100).toFixed(2)}`}`,
    ],
    [name, 'equal error rate', percent(verification.equalErrorRate)],
    ...FALSE_ACCEPT_RATES.map((far): Row => {
      const threshold = thresholdAtFar[far]?.toFixed(3) ?? '–';
      const few = pairs.different * Number(far) < 1 ? ', too few pairs to tell' : '';
      return [
        name,
        `TAR at FAR ${Number(far) * 100} %`,
        `${percent(tarAtFar[far])} (threshold ${threshold}${few})`,
      ];
    }),
    [
      name,
      'pairs same / different',
      `${pairs.same} / ${pairs.different} (without a face ${pairs.sameWithoutFace} / ${pairs.differentWithoutFace})`,
    ],
  ];
}

function identificationRows(name: string, found: Identification): Row[] {
  const { strangers, beforeMaintenance } = found;
  return [
    ...groupingRows(name, `${found.seeds.length} orders`, found),
    [name, 'photos, people', `${found.photos}, ${found.people}`],
    [
      name,
      'at once right / split / mixed',
      [found.shareRightAtOnce, found.shareSplitAtOnce, found.shareMixedAtOnce]
        .map(percent)
        .join(' / '),
    ],
    [
      name,
      'left unknown / without face',
      `${percent(found.shareLeftUnknown)} / ${percent(found.shareWithoutFace)}`,
    ],
    [
      name,
      'strangers taken for somebody',
      `${percent(strangers.shareMixed)} of ${strangers.photos}`,
    ],
    ...groupingRows(name, 'before maintenance', beforeMaintenance),
  ];
}

function groupingRows(name: string, when: string, found: GroupingFigures): Row[] {
  const [least, most] = found.bcubedRange;
  return [
    [name, `BCubed P / R / F, ${when}`, triple(found.bcubed)],
    [name, `BCubed F least to greatest, ${when}`, `${percent(least)} to ${percent(most)}`],
    [name, `pairwise P / R / F, ${when}`, triple(found.pairwise)],
    [name, `people founded, ${when}`, found.peopleFounded.toFixed(1)],
    [
      name,
      `people split, fragments per person, ${when}`,
      `${found.peopleSplit.toFixed(1)}, ${found.fragmentsPerPerson.toFixed(3)}`,
    ],
    [
      name,
      `founded persons mixed, people in one, ${when}`,
      `${found.foundedMixed.toFixed(1)}, ${found.peoplePerFounded.toFixed(3)}`,
    ],
  ];
}

function albumRows({ album, detection }: EvalFigures): Row[] {
  const name = 'boxes';
  const found = detection as BoxDetection;
  const rows: Row[] = [
    [name, 'faces found (recall)', `${percent(found.recall)} of ${found.labelled}`],
    [name, 'found faces right (precision)', `${percent(found.precision)}, ${found.wrong} wrong`],
    [
      name,
      'AP at IoU 0.5; recall boxes / noses',
      `${percent(found.averagePrecision)}; ${percent(found.boxes.recall)} / ${percent(found.noses.recall)}`,
    ],
    ...[...found.bySize, ...found.byFacesOnPhoto, ...(found.byTilt ?? [])]
      .filter(({ labelled }) => labelled > 0)
      .map((bin): Row => [
        name,
        `recall, ${bin.name}`,
        `${percent(bin.recall)} of ${bin.labelled}`,
      ]),
    [
      name,
      'number of faces exact / too few / too many',
      `${found.counts.exact} / ${found.counts.tooFew} / ${found.counts.tooMany} of ${found.counts.photos}`,
    ],
    [
      name,
      'photos with a face where none was found',
      `${found.photosWithoutFace} of ${found.photos}`,
    ],
  ];
  if (album?.identification == null) return rows;
  rows.push(...identificationRows('album', album.identification));
  rows.push([
    'album',
    'people together / mixed, worst order',
    `${album.peopleTogether ?? '–'} / ${album.peopleMixed ?? '–'} of ${album.people}`,
  ]);
  return rows;
}

function triple({
  precision,
  recall,
  f,
}: {
  precision: number;
  recall: number;
  f: number;
}): string {
  return [precision, recall, f].map(percent).join(' / ');
}

/** A share as a percentage. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(2)} %`;
}
