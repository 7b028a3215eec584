import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { PersonSummary } from '../api/types.ts';
import { go, placeUrl, type Place } from '../app/place.ts';
import { useList } from '../app/use-list.ts';
import { counted } from '../app/words.ts';
import { Icon } from '../parts/icon.tsx';
import { useSettled } from '../parts/person-search.tsx';
import { PersonTile } from '../parts/person-tile.tsx';
import { Empty } from '../parts/states.tsx';
import { TileGrid } from '../parts/tile-grid.tsx';
import { View } from '../parts/view.tsx';

const SHOWN = [
  ['known', 'Everyone'],
  ['named', 'Named'],
  ['unnamed', 'No name yet'],
  ['hidden', 'Hidden'],
] as const;

/** Everyone who is known: named people first, then by number of photos. */
export function PeopleView({ query }: { query: Place['query'] }): JSX.Element {
  const asked = query.get('show') ?? 'known';
  const show = SHOWN.some(([value]) => value === asked) ? asked : 'known';
  const [words, setWords] = useState(query.get('q') ?? '');
  const settled = useSettled(words).trim();
  // Who follows a link to everyone leaves the search.
  const inAddress = query.get('q') ?? '';
  useEffect(() => {
    if (inAddress !== settled) setWords(inAddress);
  }, [inAddress]);
  useEffect(() => {
    const url = listUrl(show, settled);
    if (url !== location.pathname + location.search) go(url, { replace: true });
  }, [settled]);
  const list = useList<PersonSummary>('people', { q: settled, show });
  return (
    <View
      title="People"
      intro={list.total === null ? ' ' : introText(list.total, settled)}
      actions={<ToNobody />}
    >
      <div class="toolbar">
        <nav class="tabs" aria-label="Which people">
          {SHOWN.map(([value, label]) => (
            <a
              key={value}
              href={listUrl(value, settled)}
              aria-current={value === show ? 'page' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <label class="search">
          <span class="hidden-text">Search people by name</span>
          <Icon name="search" />
          <input
            type="search"
            value={words}
            placeholder="Search names"
            autocomplete="off"
            onInput={(event) => {
              setWords(event.currentTarget.value);
            }}
          />
        </label>
      </div>
      <TileGrid
        label="People"
        list={list}
        keyOf={({ personId }) => personId}
        leastWidthPx={140}
        labelHeightPx={44}
        tile={(person) => <PersonTile person={person} />}
        empty={<NobodyHere show={show} words={settled} />}
      />
    </View>
  );
}

function ToNobody(): JSX.Element {
  return (
    <a class="button" href={placeUrl(['nobody'])}>
      Unknown faces
    </a>
  );
}

function listUrl(show: string, words: string): string {
  return placeUrl([], {
    show: show === 'known' ? undefined : show,
    q: words === '' ? undefined : words,
  });
}

function introText(total: number, words: string): string {
  const people = counted(total, 'person', 'people');
  return words === '' ? people : `${people} called something like “${words}”`;
}

function NobodyHere({ show, words }: { show: string; words: string }): JSX.Element {
  if (words !== '') return <Empty icon="search" title={`Nobody is called “${words}”`} />;
  if (show === 'hidden') {
    return (
      <Empty icon="hide" title="Nobody is hidden">
        <p>Hide people you don’t want to see here; their photos stay untouched.</p>
      </Empty>
    );
  }
  if (show === 'unnamed') return <Empty icon="check" title="Everyone has a name" />;
  if (show === 'named') {
    return (
      <Empty icon="edit" title="Nobody has a name yet">
        <p>
          Start with <a href={placeUrl([])}>everyone</a>: choose a face and say who it is.
        </p>
      </Empty>
    );
  }
  return (
    <Empty icon="people" title="No faces found yet">
      <p>
        People appear here as soon as photos with faces have been looked at.{' '}
        <a href={placeUrl(['status'])}>See what the worker is doing</a>.
      </p>
    </Empty>
  );
}
