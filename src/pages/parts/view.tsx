import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The frame of every view: its title in the browser's tab and as the heading, which gets the focus. */
export function View(props: {
  title: string;
  /** Stands in for the heading's text. */
  heading?: ComponentChildren;
  intro?: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}): JSX.Element {
  const { title, heading = title, intro, actions, children } = props;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Faces`;
  }, [title]);
  useEffect(() => {
    // Whoever came by a link hears where he is; not when the page opens, which says it itself.
    if (history.length > 1 && document.activeElement === document.body) {
      head.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <div class={`view ${props.class ?? ''}`}>
      <header class="view-head">
        <div>
          <h1 ref={head} tabIndex={-1}>
            {heading}
          </h1>
          {intro === undefined ? null : <p class="intro">{intro}</p>}
        </div>
        {actions === undefined ? null : <div class="view-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
