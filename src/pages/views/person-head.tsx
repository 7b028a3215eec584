import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { PersonDetails, PersonSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { go, placeUrl } from '../app/place.ts';
import { useHeld } from '../app/use-held.ts';
import { capital, counted, nameOf, spanText } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { NameField } from './name-field.tsx';

/** `name`: what was typed, and is the other's already. */
type Open =
  { kind: 'merge'; other: PersonSummary | null; name?: string } | { kind: 'delete' } | null;

/** Who it is, on how many photos, from when to when, and what can be done. */
export function PersonHead(props: {
  details: PersonDetails;
  isNaming: boolean;
  setNaming: (naming: boolean) => void;
}): JSX.Element {
  const { details, isNaming, setNaming } = props;
  const { person } = details;
  const { correct } = useApp();
  const [open, setOpen] = useState<Open>(null);
  const head = useHeld(details.head, isNaming || open !== null);
  const close = (): void => {
    setOpen(null);
  };
  const rename = (name: string | null): void => {
    const said = name === null ? 'Name removed.' : `This is ${name} now.`;
    void correct({ kind: 'person-named', personId: person.personId, name }, { said, head });
  };
  return (
    <header class="person-head">
      <FaceImage
        faceId={person.coverFaceId}
        sizePx={384}
        round
        alt={`Portrait of ${nameOf(person)}`}
      />
      <div class="person-head-words">
        <h1 tabIndex={-1}>
          <NameField
            person={person}
            isEditing={isNaming}
            setEditing={setNaming}
            onName={rename}
            onSamePerson={(other, name) => {
              setOpen({ kind: 'merge', other, name });
            }}
          />
        </h1>
        <p class="intro">{summaryText(person)}</p>
        <MergedFrom details={details} />
        <PersonActions person={person} head={head} open={setOpen} />
      </div>
      {open?.kind === 'merge' ? (
        <MergeDialog
          person={person}
          other={open.other}
          head={head}
          onClose={close}
          onDifferent={open.name === undefined ? undefined : rename.bind(null, open.name)}
        />
      ) : null}
      {open?.kind === 'delete' ? (
        <DeleteDialog person={person} head={head} onClose={close} />
      ) : null}
    </header>
  );
}

function summaryText(person: PersonSummary): string {
  return [
    counted(person.photos, 'photo'),
    counted(person.faces, 'face'),
    spanText(person.firstAt, person.lastAt),
    person.hidden ? 'hidden from People' : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
}

function PersonActions(props: {
  person: PersonSummary;
  head: number;
  open: (open: Open) => void;
}): JSX.Element {
  const { person, head, open } = props;
  const { correct } = useApp();
  const { personId, hidden } = person;
  const hide = (): void => {
    const said = hidden ? 'Shown in People again.' : 'Hidden from People.';
    void correct({ kind: 'person-hidden', personId, hidden: !hidden }, { said, head });
  };
  return (
    <div class="actions">
      <button
        type="button"
        class="button"
        onClick={() => {
          open({ kind: 'merge', other: null });
        }}
      >
        <Icon name="merge" />
        Merge with…
      </button>
      <a class="button" href={placeUrl(['together'], { person: personId })}>
        <Icon name="together" />
        Together with…
      </a>
      <button type="button" class="button" onClick={hide}>
        <Icon name={hidden ? 'show' : 'hide'} />
        {hidden ? 'Show again' : 'Hide'}
      </button>
      <button
        type="button"
        class="button danger"
        onClick={() => {
          open({ kind: 'delete' });
        }}
      >
        <Icon name="trash" />
        Delete…
      </button>
    </div>
  );
}

/** Who was made one with this person, each to be parted again. */
function MergedFrom({ details }: { details: PersonDetails }): JSX.Element | null {
  const { correct } = useApp();
  if (details.mergedFrom.length === 0) return null;
  return (
    <ul class="merged-from" aria-label="Merged into this person">
      {details.mergedFrom.map(({ personId, name, faceId, factId }) => (
        <li key={personId}>
          <FaceImage faceId={faceId} sizePx={96} /> Includes {name ?? 'someone without a name'}{' '}
          <button
            type="button"
            class="link-button"
            onClick={() => {
              const said = 'Two people again.';
              void correct({ kind: 'undone', factId }, { said, head: details.head });
            }}
          >
            Separate again
          </button>
        </li>
      ))}
    </ul>
  );
}

function DeleteDialog(props: {
  person: PersonSummary;
  head: number;
  onClose: () => void;
}): JSX.Element {
  const { person, head, onClose } = props;
  const { correct } = useApp();
  const remove = async (): Promise<void> => {
    onClose();
    const { personId } = person;
    const said = `${capital(nameOf(person))} is deleted.`;
    const done = await correct({ kind: 'person-deleted', personId }, { said, head });
    if (done !== null) go(placeUrl([]));
  };
  return (
    <Dialog title={`Delete ${nameOf(person)}?`} onClose={onClose}>
      <p>
        {counted(person.faces, 'face')} will belong to nobody. Your photos stay as they are, and you
        can undo this. On a new photo the worker may find this person again, as somebody new: to
        keep somebody out of sight for good, hide them instead.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Keep
        </button>
        <button type="button" class="button danger" onClick={() => void remove()}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
