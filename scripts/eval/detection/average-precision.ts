/**
 * Average precision: the area under precision over recall as the least score sinks, precision taken
 * as the best at that recall or a higher one (as PASCAL VOC does since 2010). Null without labels.
 */
export function averagePrecision(
  found: readonly { readonly score: number; readonly right: boolean }[],
  labelled: number,
): number | null {
  if (labelled === 0) return null;
  const sorted = [...found].sort((a, b) => b.score - a.score);
  let right = 0;
  const points = sorted.map((one, i) => {
    if (one.right) right++;
    return { recall: right / labelled, precision: right / (i + 1) };
  });
  let [area, best] = [0, 0];
  for (let i = points.length - 1; i >= 0; i--) {
    const { recall, precision } = points[i] as (typeof points)[number];
    best = Math.max(best, precision);
    area += best * (recall - (points[i - 1]?.recall ?? 0));
  }
  return area;
}
