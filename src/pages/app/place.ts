import { useEffect, useState } from 'preact/hooks';

/** Where the pages live; everything below it is told apart in the browser. */
export const ROOT = '/people';

export interface Place {
  /** The parts of the path below `ROOT`, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

const MOVED = 'placechange';
const OWNER = 'owner';

/** Whose people the address is about; undefined: those of the login. */
export function ownerHere(): string | undefined {
  return new URLSearchParams(location.search).get(OWNER) ?? undefined;
}

/** The address of a view, of the same owner as this one: `placeUrl(['photo', id], { face })`. */
export function placeUrl(
  parts: readonly string[],
  query: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): string {
  const search = new URLSearchParams();
  const whole: typeof query = { [OWNER]: ownerHere(), ...query };
  for (const [name, value] of Object.entries(whole)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, one);
  }
  const text = search.toString();
  return [ROOT, ...parts.map(encodeURIComponent)].join('/') + (text === '' ? '' : `?${text}`);
}

export function personUrl(personId: string, query: Readonly<Record<string, string>> = {}): string {
  return placeUrl(['person', personId], query);
}

export function photoUrl(assetId: string, faceId?: string): string {
  return placeUrl(['photo', assetId], faceId === undefined ? {} : { face: faceId });
}

/** Goes to a view without loading the page again; keeps where the old one was scrolled to. */
export function go(url: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(history.state, '', url);
  else {
    history.replaceState({ scrollY: window.scrollY }, '');
    history.pushState(null, '', url);
    window.scrollTo(0, 0);
  }
  window.dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const moved = (): void => {
      setPlace(readPlace());
    };
    const back = (): void => {
      moved();
      restoreScroll();
    };
    history.scrollRestoration = 'manual';
    window.addEventListener(MOVED, moved);
    window.addEventListener('popstate', back);
    document.addEventListener('click', followLink);
    return () => {
      window.removeEventListener(MOVED, moved);
      window.removeEventListener('popstate', back);
      document.removeEventListener('click', followLink);
    };
  }, []);
  return place;
}

function readPlace(): Place {
  const below = location.pathname.slice(ROOT.length);
  return {
    parts: below
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new URLSearchParams(location.search),
  };
}

/** Two frames later: one for the view to render, one for its lists to know their height. */
function restoreScroll(): void {
  const { scrollY } = (history.state ?? {}) as { scrollY?: number };
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      window.scrollTo(0, scrollY ?? 0);
    });
  });
}

function followLink(event: MouseEvent): void {
  const { target } = event;
  const link = target instanceof Element ? target.closest('a') : null;
  if (link === null || !isPlainClick(event) || !isOurs(link)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** Others open a tab or a window, or were taken by somebody. */
function isPlainClick(event: MouseEvent): boolean {
  const { ctrlKey, metaKey, shiftKey, altKey, button, defaultPrevented } = event;
  return ![ctrlKey, metaKey, shiftKey, altKey, defaultPrevented].includes(true) && button === 0;
}

function isOurs(link: HTMLAnchorElement): boolean {
  const path = `${link.pathname}/`;
  const isHere = link.origin === location.origin && path.startsWith(`${ROOT}/`);
  return isHere && link.target === '' && !link.hasAttribute('download');
}
