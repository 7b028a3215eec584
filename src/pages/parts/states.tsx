import type { ComponentChildren, JSX } from 'preact';

import { wordsFor } from '../api/api-error.ts';
import type { ListLoader } from '../app/list-loader.ts';
import { Icon, type IconName } from './icon.tsx';

/** Said where there is nothing to show. */
export function Empty(props: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} />
      </span>
      <p class="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <Icon name="warning" />
      <p>{wordsFor(error)}</p>
      {retry === undefined ? null : (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      Loading {what}…
    </p>
  );
}

/** Whether a list is still loading, or why it is not there; nothing once it is. */
export function ListState(props: { list: ListLoader<unknown>; what: string }): JSX.Element | null {
  const { list, what } = props;
  const retry = (): void => {
    list.retry();
  };
  if (list.error !== null) return <Failure error={list.error} retry={retry} />;
  return list.total === null ? <Loading what={what} /> : null;
}
