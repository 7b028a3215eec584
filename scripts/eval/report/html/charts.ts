import { trueAcceptRate, type Rated } from '../../verification/error-rates.ts';
import type { PairDistances } from '../../verification/pair-distances.ts';

const WIDTH_PX = 520;
const HEIGHT_PX = 320;
const LEFT_PX = 56;
const BOTTOM_PX = 44;
const TOP_PX = 30;
const RIGHT_PX = 24;
const SAME = '#1b7f4d';
const DIFFERENT = '#b5442c';

const LEAST_FAR_POWER = -5;
const POINTS = 160;
const BIN = 0.02;

interface Axes {
  readonly x: (share: number) => number;
  readonly y: (share: number) => number;
}

const axes: Axes = {
  x: (share) => LEFT_PX + share * (WIDTH_PX - LEFT_PX - RIGHT_PX),
  y: (share) => HEIGHT_PX - BOTTOM_PX - share * (HEIGHT_PX - BOTTOM_PX - TOP_PX),
};

/** Share of same pairs accepted over the share of different pairs accepted, which is logarithmic. */
export function rocChart(distances: PairDistances): string {
  const { same, different, sameWithoutFace } = distances;
  const rated: Rated = { same, different, sameTotal: same.length + sameWithoutFace };
  const points = Array.from({ length: POINTS + 1 }, (_, i) => {
    const far = 10 ** (LEAST_FAR_POWER * (1 - i / POINTS));
    const tar = trueAcceptRate(rated, far).rate ?? 0;
    return { far, tar };
  }).filter(({ far }) => far * different.length >= 1);
  const least = Math.min(0.5, ...points.map(({ tar }) => Math.floor(tar * 10) / 10));
  const placeX = (far: number): number => axes.x(1 - Math.log10(far) / LEAST_FAR_POWER);
  const placeY = (tar: number): number => axes.y((tar - least) / (1 - least));
  const line = points.map(({ far, tar }) => `${placeX(far).toFixed(1)},${placeY(tar).toFixed(1)}`);
  const powers = Array.from({ length: 1 - LEAST_FAR_POWER }, (_, i) => LEAST_FAR_POWER + i);
  const shares = Array.from({ length: 6 }, (_, i) => least + ((1 - least) * i) / 5);
  return chart('Same pairs accepted (TAR) over different pairs accepted (FAR)', [
    ...powers.map((power) =>
      tickX(placeX(10 ** power), `${Number((100 * 10 ** power).toPrecision(1))} %`),
    ),
    ...shares.map((share) => tickY(placeY(share), `${(share * 100).toFixed(0)} %`)),
    `<polyline points="${line.join(' ')}" fill="none" stroke="${SAME}" stroke-width="2.5"/>`,
  ]);
}

/** How same and different pairs lie over distance, each as a share of its kind. */
export function histogramChart(distances: PairDistances, threshold: number | null): string {
  const { same, different } = distances;
  const most = Math.max(same.at(-1) ?? 1, different.at(-1) ?? 1);
  const count = Math.max(1, Math.ceil(most / BIN + 1e-6));
  const kinds = [
    { shares: binShares(different, count), colour: DIFFERENT, name: 'two people' },
    { shares: binShares(same, count), colour: SAME, name: 'one person' },
  ];
  const highest = Math.max(...kinds.flatMap(({ shares }) => shares), 0.01);
  const placeX = (distance: number): number => axes.x(distance / (count * BIN));
  const bars = kinds.flatMap(({ shares, colour }) =>
    shares.map((share, i) => {
      const top = axes.y(share / highest);
      const height = (axes.y(0) - top).toFixed(1);
      const width = (placeX(BIN) - placeX(0)).toFixed(2);
      return `<rect x="${placeX(i * BIN).toFixed(1)}" y="${top.toFixed(1)}" width="${width}" height="${height}" fill="${colour}" fill-opacity="0.55"/>`;
    }),
  );
  const ticks = Array.from({ length: Math.floor((count * BIN) / 0.2) + 1 }, (_, i) => i * 0.2);
  const legend = kinds.map(
    ({ colour, name }, i) =>
      `<text x="${WIDTH_PX - RIGHT_PX}" y="${TOP_PX + 14 + i * 16}" text-anchor="end" fill="${colour}">${name}</text>`,
  );
  const mark =
    threshold === null
      ? ''
      : `<line x1="${placeX(threshold).toFixed(1)}" x2="${placeX(threshold).toFixed(1)}" y1="${TOP_PX}" y2="${axes.y(0)}" stroke="#1f2933" stroke-dasharray="4 3"/>`;
  return chart('Distances of pairs; dashed: the threshold of the accuracy', [
    ...ticks.map((distance) => tickX(placeX(distance), distance.toFixed(1))),
    tickY(axes.y(1), `${(highest * 100).toFixed(1)} %`),
    tickY(axes.y(0), '0'),
    ...bars,
    ...legend,
    mark,
  ]);
}

/** Share of the values in each bin. */
function binShares(ascending: Float32Array, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  for (const distance of ascending) {
    const bin = Math.min(count - 1, Math.floor(distance / BIN));
    shares[bin] = (shares[bin] ?? 0) + 1 / ascending.length;
  }
  return shares;
}

function chart(title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${title}" width="${WIDTH_PX}" height="${HEIGHT_PX}" viewBox="0 0 ${WIDTH_PX} ${HEIGHT_PX}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2933">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${LEFT_PX}" y="18" font-size="13" font-weight="600">${title}</text>
<line x1="${LEFT_PX}" x2="${WIDTH_PX - RIGHT_PX}" y1="${axes.y(0)}" y2="${axes.y(0)}" stroke="#7b8794"/>
${parts.join('\n')}
</svg>`;
}

function tickX(x: number, text: string): string {
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${TOP_PX}" y2="${axes.y(0)}" stroke="#e4e7eb"/><text x="${x.toFixed(1)}" y="${HEIGHT_PX - BOTTOM_PX + 18}" text-anchor="middle">${text}</text>`;
}

function tickY(y: number, text: string): string {
  return `<line x1="${LEFT_PX}" x2="${WIDTH_PX - RIGHT_PX}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#e4e7eb"/><text x="${LEFT_PX - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
}
