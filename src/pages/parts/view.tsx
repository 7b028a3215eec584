import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

/** The frame of every view: its title in the browser's tab and as the heading. */
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
  useEffect(() => {
    document.title = `${title} · Faces`;
  }, [title]);
  return (
    <div class={`view ${props.class ?? ''}`}>
      <header class="view-head">
        <div>
          <h1 tabIndex={-1}>{heading}</h1>
          {intro === undefined ? null : <p class="intro">{intro}</p>}
        </div>
        {actions === undefined ? null : <div class="view-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
