import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { PersonSummary } from '../api/types.ts';
import { useList } from '../app/use-list.ts';
import { counted } from '../app/words.ts';
import { PersonLine } from './person-tile.tsx';
import { Failure, Loading } from './states.tsx';

/** Words typed, a moment after the last key. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(text);
    }, 150);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return settled;
}

/** Finds a person by name, a hidden one too; those who are on most photos come first. */
export function PersonSearch(props: {
  label: string;
  except: readonly string[];
  onChoose: (person: PersonSummary) => void;
}): JSX.Element {
  const { label, except, onChoose } = props;
  const [words, setWords] = useState('');
  const [isUnnamed, setUnnamed] = useState(false);
  const q = useSettled(words).trim();
  const show = isUnnamed ? 'unnamed' : q === '' ? 'known' : 'all';
  const list = useList<PersonSummary>('people', { q, show });
  const { items, total } = list;
  const found = items.filter(({ personId }) => !except.includes(personId));
  const foundInAll = (total ?? 0) - (items.length - found.length);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  return (
    <div class="person-search">
      <label class="field">
        <span>{label}</span>
        <input
          ref={field}
          type="search"
          value={words}
          autocomplete="off"
          placeholder="Search names"
          onInput={(event) => {
            setWords(event.currentTarget.value);
          }}
        />
      </label>
      <label class="option">
        <input
          type="checkbox"
          checked={isUnnamed}
          onChange={(event) => {
            setUnnamed(event.currentTarget.checked);
          }}
        />
        Only people without a name
      </label>
      {list.error === null ? null : <Failure error={list.error} />}
      {total === null && list.error === null ? <Loading what="people" /> : null}
      <p class="hidden-text" role="status">
        {total === null ? '' : `${counted(foundInAll, 'person', 'people')} found`}
      </p>
      <Choices found={found} onChoose={onChoose} onEnd={list.loadMore.bind(list)} />
      {total !== null && found.length === 0 ? <p class="quiet-text">Nobody of that name.</p> : null}
    </div>
  );
}

function Choices(props: {
  found: readonly PersonSummary[];
  onChoose: (person: PersonSummary) => void;
  /** Told when the last are nearly in sight. */
  onEnd: () => void;
}): JSX.Element {
  return (
    <ul
      class="choices"
      aria-label="People"
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        if (scrollTop + 2 * clientHeight > scrollHeight) props.onEnd();
      }}
    >
      {props.found.map((person) => (
        <li key={person.personId}>
          <button
            type="button"
            class="choice"
            onClick={() => {
              props.onChoose(person);
            }}
          >
            <PersonLine person={person} />
          </button>
        </li>
      ))}
    </ul>
  );
}
