import type { JSX } from 'preact';

/** Drawn on a 24 × 24 grid with lines of 1.75. */
const PATHS = {
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 9c0-3.6 2.7-6 6.5-6s6.5 2.4 6.5 6M16 4.4a3.5 3.5 0 0 1 0 6.3M17.8 14.6c2.3.8 3.7 2.7 3.7 5.4',
  review: 'M4 5.5h16v13H4zM8.5 12l2.5 2.5 4.5-5',
  together:
    'M8.5 15a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm7 5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20.5 20.5',
  who: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9.7 9.6a2.4 2.4 0 1 1 3.5 2.2c-.8.4-1.2.9-1.2 1.7M12 16.4v.1',
  history: 'M4.2 9.5A8.2 8.2 0 1 1 3.8 13M3.5 4.5v5h5M12 7.5V12l3 2',
  status: 'M3 12.5h4l2.5-7 4.5 13 2.5-6H21',
  move: 'M4 14.5V20h16v-5.5M12 15.5V4M7.5 8.5 12 4l4.5 4.5',
  more: 'M4.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0ZM11.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0ZM18.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0Z',
  chevron: 'M6.5 9.5 12 15l5.5-5.5',
  out: 'M14 4.5h5.5v15H14M4 12h11M11.5 8.5 15 12l-3.5 3.5',
  edit: 'M4 20l1-4.5L16.2 4.3a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L8.5 19 4 20ZM14.5 6l3.5 3.5',
  check: 'M4.5 12.5 9.5 17.5 19.5 6.5',
  close: 'M6 6l12 12M18 6 6 18',
  merge: 'M5 4v3.5c0 3 7 3.5 7 7V20M19 4v3.5c0 3-7 3.5-7 7M9 17.5l3 3 3-3',
  hide: 'M3.5 3.5l17 17M9.9 5.3A9.5 9.5 0 0 1 12 5c5 0 8.5 4 9.5 7a12 12 0 0 1-2.7 4M6.5 6.7C4.5 8 3 10 2.5 12c1 3 4.5 7 9.5 7 1.7 0 3.2-.4 4.5-1.2M9.8 10a3 3 0 0 0 4.2 4.2',
  show: 'M2.5 12c1-3 4.5-7 9.5-7s8.5 4 9.5 7c-1 3-4.5 7-9.5 7s-8.5-4-9.5-7ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  trash: 'M4 6.5h16M9 6V4h6v2M6 6.5 7 20h10l1-13.5M10 10.5v5.5M14 10.5v5.5',
  split: 'M5 4h5M5 4v5M5 4l7 7.5V20M19 4h-5M19 4v5M19 4l-4.5 4.8',
  block: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM6 6l12 12',
  arrow: 'M4.5 12h15M13.5 6l6 6-6 6',
  back: 'M19.5 12h-15M10.5 6l-6 6 6 6',
  undo: 'M8.5 5 4 9.5 8.5 14M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3',
  plus: 'M12 5v14M5 12h14',
  photo: 'M3.5 5h17v14h-17zM3.5 16l5-5 4.5 4.5 2.5-2.5 5 4.5M15.5 9.5h.01',
  download: 'M4 14.5V20h16v-5.5M12 4v11M7.5 11 12 15.5 16.5 11',
  warning: 'M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2v.1',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words; it says nothing of its own to a screen reader. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
