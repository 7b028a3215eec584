import type { BenchReport } from './summary.ts';

const BAR_PX = 26;
const ROW_PX = 40;
const LABEL_PX = 220;
const WIDTH_PX = 760;
const TOP_PX = 56;

/** Bars of photos a second, one a row, as a standalone SVG. */
export function drawChart(report: BenchReport): string {
  const most = Math.max(...report.rows.map(({ imagesPerSecond }) => imagesPerSecond));
  const room = WIDTH_PX - LABEL_PX - 90;
  const rows = report.rows.map((row, i) => {
    const y = TOP_PX + i * ROW_PX;
    const width = Math.max(1, (row.imagesPerSecond / most) * room);
    const colour = row.name.startsWith('face-api') ? '#9aa5b1' : '#2f6fde';
    return [
      `<text x="${LABEL_PX - 10}" y="${y + 18}" text-anchor="end">${row.name}</text>`,
      `<rect x="${LABEL_PX}" y="${y}" width="${width.toFixed(1)}" height="${BAR_PX}" rx="3" fill="${colour}"/>`,
      `<text x="${(LABEL_PX + width + 8).toFixed(1)}" y="${y + 18}">${row.imagesPerSecond.toFixed(1)}</text>`,
    ].join('\n');
  });
  const height = TOP_PX + report.rows.length * ROW_PX + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${height}" viewBox="0 0 ${WIDTH_PX} ${height}" font-family="system-ui, sans-serif" font-size="14" fill="#1f2933">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="30" font-size="16" font-weight="600">Photos a second, ${report.photos} photos, ${report.date}</text>
${rows.join('\n')}
</svg>
`;
}
