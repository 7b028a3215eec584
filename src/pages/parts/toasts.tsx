import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { Notice } from '../app/app.ts';
import { Icon } from './icon.tsx';

export interface Toast extends Notice {
  readonly id: number;
}

const SHOWN_MILLIS = 12_000;

/** Messages at the bottom, read out as they come; each stays while the pointer or focus is on it. */
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
  const { id, text, tone, undo, offer, link } = toast;
  const hold = (held: boolean) => () => {
    setHeld(held);
  };
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => {
      close(id);
    }, SHOWN_MILLIS);
    return () => {
      clearTimeout(timer);
    };
  }, [isHeld, id]);
  const closing = (work: () => Promise<unknown>) => () => {
    close(id);
    void work();
  };
  return (
    <div
      class={`toast ${tone ?? ''}`}
      onMouseEnter={hold(true)}
      onMouseLeave={hold(false)}
      onFocusIn={hold(true)}
      onFocusOut={hold(false)}
    >
      {tone === undefined ? null : <Icon name={tone === 'bad' ? 'warning' : 'check'} />}
      <p>{[text, offer?.text ?? ''].join(' ').trim()}</p>
      {link === undefined ? null : (
        <a class="button small" href={link.href}>
          {link.label}
        </a>
      )}
      {offer === undefined ? null : (
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
        onClick={() => {
          close(id);
        }}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
