import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Notice } from '../app/app.ts';
import { Icon } from './icon.tsx';

export interface Toast extends Notice {
  readonly id: number;
}

const SHOWN_MILLIS = 12_000;

/**
 * Messages at the bottom, read out as they come; each stays while the pointer or focus is on it, and
 * one with an offer until that is taken or put away.
 */
export function Toasts(props: {
  toasts: readonly Toast[];
  close: (id: number) => void;
}): JSX.Element {
  return (
    <section class="toasts" aria-label="Messages">
      <div role="status" aria-live="polite">
        {props.toasts.map((toast) => (
          <ToastLine key={toast.id} toast={toast} close={props.close} />
        ))}
      </div>
    </section>
  );
}

function ToastLine({ toast, close }: { toast: Toast; close: (id: number) => void }): JSX.Element {
  const [isHeld, setHeld] = useState(false);
  const line = useRef<HTMLDivElement>(null);
  const { cameFrom, giveFocusBack } = useFocusGivenBack(line);
  const { id, text, tone, undo, offer, link } = toast;
  const hold = (held: boolean) => () => {
    setHeld(held);
  };
  useClosing(isHeld || offer != null, close.bind(null, id));
  const shut = (): void => {
    giveFocusBack();
    close(id);
  };
  useFocusKept(line, offer != null);
  const closing = (work: () => Promise<unknown>) => () => {
    shut();
    void work();
  };
  return (
    <div
      ref={line}
      class={`toast ${tone ?? ''}`}
      onMouseEnter={hold(true)}
      onMouseLeave={() => {
        setHeld(line.current?.contains(document.activeElement) === true);
      }}
      onFocusIn={(event) => {
        setHeld(true);
        cameFrom(event.relatedTarget);
      }}
      onFocusOut={hold(false)}
    >
      {tone === undefined ? null : <Icon name={tone === 'bad' ? 'warning' : 'check'} />}
      <p>{[text, offer?.text ?? ''].join(' ').trim()}</p>
      {link === undefined ? null : (
        <a class="button small" href={link.href}>
          {link.label}
        </a>
      )}
      {offer == null ? null : (
        <button type="button" class="button small" onClick={closing(offer.accept)}>
          {offer.label}
        </button>
      )}
      {undo === undefined ? null : (
        <button type="button" class="button small" onClick={closing(undo)}>
          {toast.undoLabel ?? 'Undo'}
        </button>
      )}
      <button
        type="button"
        class="button quiet square small"
        aria-label="Close message"
        onClick={shut}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Closes a message after a while in which nothing kept it. */
function useClosing(isStaying: boolean, close: () => void): void {
  useEffect(() => {
    if (isStaying) return undefined;
    const timer = setTimeout(close, SHOWN_MILLIS);
    return () => {
      clearTimeout(timer);
    };
  }, [isStaying]);
}

/** An offer that a newer one has taken the place of leaves its focus to what else the message has. */
function useFocusKept(line: { readonly current: HTMLElement | null }, isOffering: boolean): void {
  const wasOffering = useRef(isOffering);
  useEffect(() => {
    const isLost = wasOffering.current && !isOffering && document.activeElement === document.body;
    if (isLost) line.current?.querySelector('button')?.focus({ preventScroll: true });
    wasOffering.current = isOffering;
  }, [isOffering]);
}

/** Who answers a message goes on where they were, or at the page's heading when that is gone. */
function useFocusGivenBack(line: { readonly current: HTMLElement | null }): {
  cameFrom: (before: EventTarget | null) => void;
  giveFocusBack: () => void;
} {
  const from = useRef<HTMLElement | null>(null);
  const giveFocusBack = (): void => {
    if (line.current?.contains(document.activeElement) !== true) return;
    const isThere = from.current?.isConnected === true;
    const heading = document.querySelector<HTMLElement>('#main h1');
    (isThere ? from.current : heading)?.focus({ preventScroll: true });
  };
  // Also where newer messages push this one out.
  useLayoutEffect(() => giveFocusBack, []);
  return {
    cameFrom: (before) => {
      if (before instanceof HTMLElement && before.closest('.toast') === null) from.current = before;
    },
    giveFocusBack,
  };
}
