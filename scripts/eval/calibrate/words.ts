import type { Calibration, Calibrations } from './calibration.ts';

type Swept = Calibration['best'];
type Figures = Swept['sets'][string];

const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** "one in 240", or "none" where nothing was seen. */
export function oneIn(share: number): string {
  return share <= 0 ? 'none' : `one in ${digits.format(Math.round(1 / share))}`;
}

/** What a threshold stands for on one set, in a sentence for people. */
export function sentenceOf(name: string, figures: Figures): string {
  return (
    `${name}: of arriving photos ${oneIn(figures.wrongJoins)} joins the wrong person, ` +
    `${oneIn(figures.splits)} founds a second person for somebody known, ` +
    `${oneIn(figures.unknown)} is left unknown; of pairs of two people's photos ${oneIn(figures.wrongPairs)} ` +
    `is within the distance, of one person's ${oneIn(figures.missedPairs)} is not (BCubed F ${figures.bcubedF.toFixed(3)})`
  );
}

export function linesOf(calibration: Calibration): string[] {
  const { standard, best } = calibration;
  return [
    `The worker's own: distance ${standard.distance}, margin ${standard.margin}.`,
    ...Object.entries(standard.sets).map(([name, figures]) => `  ${sentenceOf(name, figures)}`),
    `Best mean BCubed F: distance ${best.distance}, margin ${best.margin}.`,
    ...Object.entries(best.sets).map(([name, figures]) => `  ${sentenceOf(name, figures)}`),
  ];
}

/** docs/calibration.md: every pack, engine and detector that was calibrated. */
export function markdownOf(calibrations: Calibrations): string {
  const sections = Object.entries(calibrations).map(([key, calibration]) => {
    const { standard, best, data, date, descriptorRevision, orders } = calibration;
    const measuredOn = Object.entries(data).map(
      ([name, { photos, people }]) => `${name} (${photos} photos of ${people} people)`,
    );
    return [
      `## ${key}`,
      `${date}, descriptor revision ${descriptorRevision}; ${measuredOn.join(' and ')}, means of ${orders} orders of arrival.`,
      bulletsOf("The worker's own thresholds", standard),
      best.distance === standard.distance && best.margin === standard.margin
        ? 'They have the best mean BCubed F of those tried.'
        : bulletsOf('The best mean BCubed F of those tried', best),
      tableOf(calibration),
    ].join('\n\n');
  });
  return `# Calibration

Written by \`npm run calibrate\`, which anyone can run again; [evaluation.md](evaluation.md) explains the
figures. \`MATCH_DISTANCE\` and \`MATCH_MARGIN\` change the thresholds.

${sections.join('\n\n')}
`;
}

function bulletsOf(title: string, { distance, margin, sets }: Swept): string {
  const bullets = Object.entries(sets).map(([name, figures]) => `- ${sentenceOf(name, figures)}.`);
  return [`${title}, distance ${distance} and margin ${margin}:`, '', ...bullets].join('\n');
}

function tableOf({ swept }: Calibration): string {
  const names = Object.keys(swept[0]?.sets ?? {});
  const columns = names.flatMap((name) => [
    `${name}: wrong pairs`,
    'wrong joins',
    'second persons',
    'BCubed F',
  ]);
  const head = ['distance', 'margin', ...columns, 'mean F'];
  const rows = swept.map(({ distance, margin, sets, meanF }) => [
    distance.toFixed(2),
    margin.toFixed(2),
    ...names.flatMap((name) => {
      const figures = sets[name] as Figures;
      return [
        oneIn(figures.wrongPairs),
        oneIn(figures.wrongJoins),
        oneIn(figures.splits),
        figures.bcubedF.toFixed(3),
      ];
    }),
    meanF.toFixed(3),
  ]);
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
