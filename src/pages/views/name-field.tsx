import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import type { Api } from '../api/api.ts';
import type { PersonSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { Icon } from '../parts/icon.tsx';
import { useSettled } from '../parts/person-search.tsx';

const MOST_SUGGESTED = 6;
/** People whose names hold the one typed. */
const MOST_LOOKED_THROUGH = 500;

/**
 * The person's name, changed in its place. A name that somebody has already leads to the question
 * whether the two are one.
 */
export function NameField(props: {
  person: PersonSummary;
  isEditing: boolean;
  setEditing: (editing: boolean) => void;
  onName: (name: string | null) => void;
  /** Somebody has the name already; `name` is what was typed. */
  onSamePerson: (other: PersonSummary, name: string) => void;
}): JSX.Element {
  const { person, isEditing, setEditing } = props;
  const edit = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) edit.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (isEditing) return <NameForm {...props} />;
  return (
    <span class="name-shown">
      <span class={person.name === null ? 'nameless' : ''}>{person.name ?? 'No name yet'}</span>
      <button
        ref={edit}
        type="button"
        class={person.name === null ? 'button primary' : 'button quiet square'}
        aria-label={person.name === null ? 'Add a name' : 'Change the name'}
        onClick={() => {
          setEditing(true);
        }}
      >
        <Icon name={person.name === null ? 'plus' : 'edit'} />
        {person.name === null ? 'Add a name' : null}
      </button>
    </span>
  );
}

function NameForm(props: Parameters<typeof NameField>[0]): JSX.Element {
  const { person, setEditing } = props;
  const [text, setText] = useState(person.name ?? '');
  const field = useRef<HTMLInputElement>(null);
  const others = useNamesakes(text.trim(), person.personId);
  const { save, isSaving } = useSave(props, text.trim());
  useEffect(() => {
    field.current?.select();
  }, []);
  return (
    <form
      class="name-form"
      aria-busy={isSaving}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setEditing(false);
      }}
    >
      <NameInput field={field} text={text} setText={setText} others={others} />
      <button type="submit" class="button primary">
        Save
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          setEditing(false);
        }}
      >
        Cancel
      </button>
    </form>
  );
}

function NameInput(props: {
  field: { current: HTMLInputElement | null };
  text: string;
  setText: (text: string) => void;
  others: readonly PersonSummary[];
}): JSX.Element {
  const listId = useId();
  return (
    <>
      <input
        ref={props.field}
        class="name-input"
        aria-label="Name"
        placeholder="Who is this?"
        value={props.text}
        maxLength={200}
        list={listId}
        autocomplete="off"
        onInput={(event) => {
          props.setText(event.currentTarget.value);
        }}
      />
      <datalist id={listId}>
        {props.others.map(({ personId, name }) => (
          <option key={personId} value={name ?? ''} />
        ))}
      </datalist>
    </>
  );
}

/** Gives the name, or asks about somebody who has it already: the server knows, however fast one types. */
function useSave(
  { person, setEditing, onName, onSamePerson }: Parameters<typeof NameField>[0],
  name: string,
): { save: () => Promise<void>; isSaving: boolean } {
  const { api } = useApp();
  const [isSaving, setSaving] = useState(false);
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  const save = async (): Promise<void> => {
    if (isSaving) return;
    if (name === (person.name ?? '') || name === '') {
      setEditing(false);
      if (name !== (person.name ?? '')) onName(null);
      return;
    }
    setSaving(true);
    const other = await findNamesake(api, name, person.personId);
    // Cancelled meanwhile.
    if (!isThere.current) return;
    setEditing(false);
    if (other === undefined) onName(name);
    else onSamePerson(other, name);
  };
  return { save, isSaving };
}

/** Another person of this very name; undefined where nobody is known to have it. */
async function findNamesake(
  api: Api,
  name: string,
  personId: string,
): Promise<PersonSummary | undefined> {
  const query = { q: name, show: 'named', limit: MOST_LOOKED_THROUGH };
  // Without an answer the naming itself tells what is wrong.
  const found = await api.page<PersonSummary>('people', query).catch(() => ({ items: [] }));
  return found.items.find(
    (one) => one.personId !== personId && one.name?.toLowerCase() === name.toLowerCase(),
  );
}

/** Others whose names begin or go on like the text. */
function useNamesakes(text: string, personId: string): readonly PersonSummary[] {
  const { api } = useApp();
  const [others, setOthers] = useState<readonly PersonSummary[]>([]);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled === '') {
      setOthers([]);
      return undefined;
    }
    const stop = new AbortController();
    const query = { q: settled, show: 'named', limit: MOST_SUGGESTED + 1 };
    api.page<PersonSummary>('people', query, stop.signal).then(
      ({ items }) => {
        setOthers(items.filter((one) => one.personId !== personId).slice(0, MOST_SUGGESTED));
      },
      // Suggestions are a help; without them the name can be typed all the same.
      () => undefined,
    );
    return () => {
      stop.abort();
    };
  }, [settled, personId]);
  return others;
}
