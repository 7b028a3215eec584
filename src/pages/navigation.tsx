import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { ReviewItem, Session } from './api/types.ts';
import { useApp } from './app/app.ts';
import { placeUrl, type Place } from './app/place.ts';
import { NOBODY_IN_PARTICULAR, numberText, shortId } from './app/words.ts';
import { Icon, type IconName } from './parts/icon.tsx';
import { Logo } from './parts/logo.tsx';

interface Way {
  readonly name: string;
  readonly label: string;
  readonly icon: IconName;
}

const FIRST_WAYS: readonly Way[] = [
  { name: '', label: 'People', icon: 'people' },
  { name: 'review', label: 'Review', icon: 'review' },
  { name: 'together', label: 'Together', icon: 'together' },
  { name: 'who', label: 'Who is this?', icon: 'who' },
];
/** On a phone these are behind "More". */
const MORE_WAYS: readonly Way[] = [
  { name: 'history', label: 'History', icon: 'history' },
  { name: 'status', label: 'Status', icon: 'status' },
  { name: 'backup', label: 'Backup', icon: 'move' },
];

/** A column at the side; on a small screen a bar at the bottom. */
export function Navigation(props: {
  place: Place;
  session: Session;
  onOwner: (owner: string) => void;
  onLogOut: () => void;
}): JSX.Element {
  const { place, session } = props;
  const [name = ''] = place.parts;
  const current = name === 'person' || name === 'photo' ? '' : name;
  const [isOpen, setOpen] = useState(false);
  const questions = useQuestionCount();
  useEffect(() => {
    setOpen(false);
  }, [place]);
  const link = (way: Way): JSX.Element => (
    <WayLink
      key={way.name}
      way={way}
      isCurrent={way.name === current}
      count={way.name === 'review' ? questions : 0}
    />
  );
  return (
    <nav class={isOpen ? 'ways open' : 'ways'} aria-label="Pages">
      <a class="brand" href={placeUrl([])}>
        <Logo />
        Faces
      </a>
      <ul class="ways-first">
        {FIRST_WAYS.map(link)}
        <li class="ways-more">
          <button
            type="button"
            class="way"
            aria-expanded={isOpen}
            aria-controls="more-ways"
            onClick={() => {
              setOpen(!isOpen);
            }}
          >
            <Icon name="more" />
            <span>More</span>
          </button>
        </li>
      </ul>
      <div
        id="more-ways"
        class="ways-rest"
        onKeyDown={(event) => {
          if (event.key === 'Escape') setOpen(false);
        }}
      >
        <ul>{MORE_WAYS.map(link)}</ul>
        <Account session={session} onOwner={props.onOwner} onLogOut={props.onLogOut} />
      </div>
    </nav>
  );
}

function WayLink(props: { way: Way; isCurrent: boolean; count: number }): JSX.Element {
  const { way, isCurrent, count } = props;
  return (
    <li>
      <a
        class="way"
        href={placeUrl(way.name === '' ? [] : [way.name])}
        aria-current={isCurrent ? 'page' : undefined}
      >
        <Icon name={way.icon} />
        <span>{way.label}</span>
        {count > 0 ? (
          <span class="way-count">
            {numberText(count)}
            <span class="hidden-text"> questions</span>
          </span>
        ) : null}
      </a>
    </li>
  );
}

function Account(props: {
  session: Session;
  onOwner: (owner: string) => void;
  onLogOut: () => void;
}): JSX.Element {
  const { session, onOwner, onLogOut } = props;
  const { api } = useApp();
  return (
    <div class="account">
      {session.owners.length > 1 ? (
        <label class="field">
          <span>Whose photos</span>
          <select
            value={api.owner ?? session.owner}
            title={api.owner ?? session.owner}
            onChange={(event) => {
              onOwner(event.currentTarget.value);
            }}
          >
            {session.owners.map((owner) => (
              <option key={owner} value={owner} title={owner}>
                {session.ownerNames[owner] ?? shortId(owner)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {session.user === NOBODY_IN_PARTICULAR ? null : (
        <button type="button" class="way" onClick={onLogOut}>
          <Icon name="out" />
          <span>Sign out {session.user}</span>
        </button>
      )}
    </div>
  );
}

/** How many questions wait; asked again whenever people change. */
function useQuestionCount(): number {
  const { api, version } = useApp();
  const [count, setCount] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    api.page<ReviewItem>('review', { limit: 1 }, stop.signal).then(
      ({ total }) => {
        setCount(total);
      },
      // The number is an extra; the view itself says what is wrong.
      () => undefined,
    );
    return () => {
      stop.abort();
    };
  }, [api, version]);
  return count;
}
