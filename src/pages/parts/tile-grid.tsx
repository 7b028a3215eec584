import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import type { ListLoader } from '../app/list-loader.ts';
import { gridShape, tilesInSight, type GridShape } from './grid-window.ts';
import { ListState, Loading } from './states.tsx';

export interface TileGridProps<T> {
  /** What the list is, for who hears it. */
  readonly label: string;
  readonly list: ListLoader<T>;
  readonly keyOf: (item: T) => string;
  readonly leastWidthPx: number;
  readonly labelHeightPx: number;
  readonly tile: (item: T, index: number) => ComponentChildren;
  readonly empty: ComponentChildren;
}

const GAP_PX = 16;
const GAP_ON_PHONE_PX = 10;
/** Three beside each other at 360 px. */
const LEAST_ON_PHONE_PX = 100;

/** Tiles of which only those near the window exist, so that a list may have any length. */
export function TileGrid<T>(props: TileGridProps<T>): JSX.Element {
  const { list } = props;
  const [grid, setGrid] = useState<HTMLElement | null>(null);
  const sight = useSight(grid);
  const [focused, setFocused] = useState<number | null>(null);
  const count = list.items.length;
  const shape = gridShape({
    count,
    widthPx: sight.widthPx,
    leastWidthPx:
      sight.widthPx < 500 ? Math.min(props.leastWidthPx, LEAST_ON_PHONE_PX) : props.leastWidthPx,
    gapPx: sight.widthPx < 500 ? GAP_ON_PHONE_PX : GAP_PX,
    labelHeightPx: props.labelHeightPx,
  });
  const { from, to } = tilesInSight(shape, sight, count);
  useEffect(() => {
    if (to >= count - shape.columns * 4 && list.error === null) list.loadMore();
  });
  if (list.error !== null || list.total === null) {
    return <ListState list={list} what={props.label.toLowerCase()} />;
  }
  if (count === 0) return <>{props.empty}</>;
  const indexes = Array.from({ length: sight.widthPx === 0 ? 0 : to - from }, (_, i) => from + i);
  // A tile that has the focus stays, or the focus would be lost with it.
  if (focused !== null && focused < count && (focused < from || focused >= to)) {
    indexes.push(focused);
  }
  return (
    <>
      <ul
        ref={setGrid}
        class="tiles"
        aria-label={props.label}
        style={{ height: `${shape.heightPx}px` }}
        onFocusOut={() => {
          setFocused(null);
        }}
      >
        {indexes.map((index) => (
          <PlacedTile
            key={props.keyOf(list.items[index] as T)}
            index={index}
            total={list.total}
            shape={shape}
            onFocus={setFocused}
          >
            {props.tile(list.items[index] as T, index)}
          </PlacedTile>
        ))}
      </ul>
      {list.hasMore ? <Loading what="more" /> : null}
    </>
  );
}

function PlacedTile(props: {
  index: number;
  total: number | null;
  shape: GridShape;
  onFocus: (index: number) => void;
  children: ComponentChildren;
}): JSX.Element {
  const { index, total, shape } = props;
  const left = (index % shape.columns) * shape.stepXPx;
  const top = Math.floor(index / shape.columns) * shape.stepYPx;
  return (
    <li
      class="tile"
      aria-setsize={total ?? -1}
      aria-posinset={index + 1}
      style={{ width: `${shape.tileWidthPx}px`, transform: `translate(${left}px, ${top}px)` }}
      onFocusIn={() => {
        props.onFocus(index);
      }}
    >
      {props.children}
    </li>
  );
}

/** The grid's width and which part of its height is on the screen. */
function useSight(element: HTMLElement | null): {
  widthPx: number;
  topPx: number;
  heightPx: number;
} {
  const [sight, setSight] = useState({ widthPx: 0, topPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    if (element === null) return undefined;
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const { width, top } = element.getBoundingClientRect();
      const next = { widthPx: width, topPx: Math.max(0, -top), heightPx: window.innerHeight };
      setSight((old) => (isFarEnough(old, next) ? next : old));
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    const resized = new ResizeObserver(later);
    resized.observe(element);
    window.addEventListener('scroll', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      resized.disconnect();
      window.removeEventListener('scroll', later);
    };
  }, [element]);
  return sight;
}

/** Scrolling by less than this shows no tile that is not there already. */
const NEAR_PX = 80;

function isFarEnough(
  old: { widthPx: number; topPx: number; heightPx: number },
  next: { widthPx: number; topPx: number; heightPx: number },
): boolean {
  return (
    old.widthPx !== next.widthPx ||
    old.heightPx !== next.heightPx ||
    Math.abs(old.topPx - next.topPx) > NEAR_PX
  );
}
