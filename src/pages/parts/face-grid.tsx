import type { JSX } from 'preact';

import type { FaceSummary } from '../api/types.ts';
import type { ListLoader } from '../app/list-loader.ts';
import { TileGrid } from './tile-grid.tsx';

/** Faces side by side, of any number. */
export function FaceGrid(props: {
  list: ListLoader<FaceSummary>;
  tile: (face: FaceSummary, index: number) => JSX.Element;
  empty: JSX.Element;
}): JSX.Element {
  return (
    <TileGrid
      label="Faces"
      keyOf={({ faceId }) => faceId}
      leastWidthPx={116}
      labelHeightPx={0}
      {...props}
    />
  );
}
