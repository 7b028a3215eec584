import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Correction, CorrectionPreview, PersonSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { go, personUrl } from '../app/place.ts';
import { useResource } from '../app/use-resource.ts';
import { counted, nameOf } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { PersonSearch } from '../parts/person-search.tsx';
import { Failure, Loading } from '../parts/states.tsx';

type Write = (chosen: { name: string | undefined; head: number }) => Promise<void>;
type Merge = Extract<Correction, { kind: 'people-merged' }>;

/** Makes two people one: who the other is, what comes of it, and which name stays. */
export function MergeDialog(props: {
  person: PersonSummary;
  other: PersonSummary | null;
  /** What the person at the screen has seen, where the dialog writes it down. */
  head?: number | undefined;
  onClose: () => void;
  /** Writes it down instead, with the name that stays where there are two, and what was seen. */
  write?: Write;
  /** What is done when they are two, where that was the question. */
  onDifferent?: (() => void) | undefined;
}): JSX.Element {
  const { person, onClose, head } = props;
  const [other, setOther] = useState(props.other);
  return (
    <Dialog
      title={other === null ? `Who is the same person as ${nameOf(person)}?` : 'Same person?'}
      onClose={onClose}
    >
      {other === null ? (
        <PersonSearch label="Find the other one" except={[person.personId]} onChoose={setOther} />
      ) : (
        <MergePreview
          person={person}
          other={other}
          {...{ head, onClose, write: props.write, onDifferent: props.onDifferent }}
        />
      )}
    </Dialog>
  );
}

/** A named person takes in one without a name, else the one at hand takes in the other. */
function mergeOf(person: PersonSummary, other: PersonSummary): Merge {
  const isInto = person.name !== null || other.name === null;
  const [from, into] = isInto ? [other, person] : [person, other];
  return { kind: 'people-merged', from: from.personId, into: into.personId, name: null };
}

function MergePreview(props: {
  person: PersonSummary;
  other: PersonSummary;
  head: number | undefined;
  onClose: () => void;
  write: Write | undefined;
  onDifferent: (() => void) | undefined;
}): JSX.Element {
  const { person, other, head, onClose, write, onDifferent } = props;
  const { api, correct } = useApp();
  const merge = mergeOf(person, other);
  const { data, error } = useResource(`merge ${merge.from} ${merge.into}`, () =>
    api.preview(merge),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  if (error !== null) {
    return (
      <div class="merge">
        <Failure error={error} />
        <div class="dialog-actions">
          <Different onClose={onClose} onDifferent={onDifferent} />
        </div>
      </div>
    );
  }
  if (data === null) return <Loading what="what comes of it" />;
  // A name that was chosen may be another by now.
  const name = data.names.find((one) => one === chosen) ?? data.names[0] ?? null;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    onClose();
    const said = `Now one person${name === null ? '' : `: ${name}`}.`;
    const needsName = data.names.length > 1;
    if (write !== undefined) {
      await write({ name: needsName && name !== null ? name : undefined, head: data.head });
      return;
    }
    const done = await correct({ ...merge, name: needsName ? name : null }, { said, head });
    if (done !== null && merge.into !== person.personId) go(personUrl(merge.into));
  };
  return (
    <form class="merge" onSubmit={(event) => void submit(event)}>
      <div class="merge-pair">
        <MergeSide person={person} />
        <Icon name="merge" />
        <MergeSide person={other} />
      </div>
      <WhatComesOfIt preview={data} />
      <NameChoice names={data.names} name={name} onChoose={setChosen} />
      <div class="dialog-actions">
        <Different onClose={onClose} onDifferent={onDifferent} />
        <button type="submit" class="button primary">
          Yes, make them one
        </button>
      </div>
    </form>
  );
}

function Different(props: {
  onClose: () => void;
  onDifferent: (() => void) | undefined;
}): JSX.Element {
  const { onClose, onDifferent } = props;
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        onClose();
        onDifferent?.();
      }}
    >
      {onDifferent === undefined ? 'Cancel' : 'No, they are different'}
    </button>
  );
}

function WhatComesOfIt({ preview }: { preview: CorrectionPreview }): JSX.Element {
  const { faces, photos, twice } = preview;
  return (
    <>
      <p>
        {counted(faces, 'face')} on {counted(photos, 'photo')} will go over. You can undo this at
        any time.
      </p>
      {twice === 0 ? null : (
        <p class="caution">
          They stand together on {counted(twice, 'photo')}; two faces of one photo are usually two
          people.
        </p>
      )}
    </>
  );
}

function MergeSide({ person }: { person: PersonSummary }): JSX.Element {
  return (
    <div class="merge-side">
      <FaceImage faceId={person.coverFaceId} round />
      <strong>{person.name ?? 'No name yet'}</strong>
      <span class="quiet-text">{counted(person.photos, 'photo')}</span>
    </div>
  );
}

function NameChoice(props: {
  names: CorrectionPreview['names'];
  name: string | null;
  onChoose: (name: string) => void;
}): JSX.Element | null {
  if (props.names.length < 2) return null;
  return (
    <fieldset class="options">
      <legend>Which name should stay?</legend>
      {props.names.map((name) => (
        <label key={name} class="option">
          <input
            type="radio"
            name="merged-name"
            checked={name === props.name}
            onChange={() => {
              props.onChoose(name);
            }}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
