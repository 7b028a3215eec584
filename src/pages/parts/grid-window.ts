export interface GridShape {
  readonly columns: number;
  /** Distance from one tile to the next, to the right and downwards. */
  readonly stepXPx: number;
  readonly stepYPx: number;
  readonly tileWidthPx: number;
  readonly heightPx: number;
}

/** How `count` tiles at least `leastWidthPx` wide fill the width; a tile is a square with a label. */
export function gridShape(input: {
  count: number;
  widthPx: number;
  leastWidthPx: number;
  gapPx: number;
  labelHeightPx: number;
}): GridShape {
  const { count, widthPx, leastWidthPx, gapPx, labelHeightPx } = input;
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (leastWidthPx + gapPx)));
  const tileWidthPx = Math.max(1, (widthPx - gapPx * (columns - 1)) / columns);
  const stepYPx = tileWidthPx + labelHeightPx + gapPx;
  return {
    columns,
    stepXPx: tileWidthPx + gapPx,
    stepYPx,
    tileWidthPx,
    heightPx: Math.max(0, Math.ceil(count / columns) * stepYPx - gapPx),
  };
}

/** First tile and the one after the last that lie within or near what is seen. */
export function tilesInSight(
  shape: GridShape,
  sight: { topPx: number; heightPx: number },
  count: number,
): { from: number; to: number } {
  const spareRows = 3;
  const firstRow = Math.floor(sight.topPx / shape.stepYPx) - spareRows;
  const lastRow = Math.ceil((sight.topPx + sight.heightPx) / shape.stepYPx) + spareRows;
  const from = Math.min(count, Math.max(0, firstRow * shape.columns));
  return { from, to: Math.min(count, Math.max(from, lastRow * shape.columns)) };
}
