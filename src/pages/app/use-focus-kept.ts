import { useEffect } from 'preact/hooks';

/** After what views do about the focus themselves. */
const SETTLED_MILLIS = 100;

/**
 * Whoever presses a button that goes with its work goes on beside it: the focus moves to the first
 * thing in the nearest part around it that is still there. Not where the whole view is another.
 */
export function useFocusKept(): void {
  useEffect(() => {
    const main = document.getElementById('main');
    if (main === null) return undefined;
    let around: readonly Element[] = [];
    const remember = ({ target }: FocusEvent): void => {
      around = target instanceof Element ? ancestorsIn(main, target) : [];
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const [left] = around;
      if (left === undefined || left.isConnected || document.activeElement !== document.body)
        return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.activeElement === document.body) goOnIn(around);
      }, SETTLED_MILLIS);
    };
    const observer = new MutationObserver(look);
    observer.observe(main, { childList: true, subtree: true });
    main.addEventListener('focusin', remember);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      main.removeEventListener('focusin', remember);
    };
  }, []);
}

/** The element and what it lies in, inside a view. */
function ancestorsIn(main: Element, element: Element): Element[] {
  const found: Element[] = [];
  for (let one: Element | null = element; one !== null && one !== main; one = one.parentElement) {
    found.push(one);
  }
  return main.contains(element) ? found : [];
}

function goOnIn(around: readonly Element[]): void {
  const part = around.find(({ isConnected }) => isConnected);
  if (!(part instanceof HTMLElement)) return;
  const next = part.querySelector<HTMLElement>('button:enabled, a[href], summary, input:enabled');
  if (next === null) part.tabIndex = -1;
  (next ?? part).focus({ preventScroll: true });
}
