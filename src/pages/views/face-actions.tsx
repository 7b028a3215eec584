import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Corrected, Correction } from '../api/types.ts';
import { useApp, type CorrectOptions } from '../app/app.ts';
import { personUrl } from '../app/place.ts';
import { useHeld } from '../app/use-held.ts';
import { counted } from '../app/words.ts';
import { Icon } from '../parts/icon.tsx';
import { IgnoreDialog } from './ignore-dialog.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { TwiceDialog, type Twice } from './twice-dialog.tsx';

/** Faces to decide about, all of one person or of nobody. */
export interface ChosenFaces {
  readonly faceIds: readonly string[];
  readonly person: { readonly personId: string; readonly name: string | null } | null;
  readonly head: number;
}

type Open = 'move' | 'ignore' | null;

/** Everything a user can say of faces: right, not this person, somebody else, somebody new, no face. */
export function FaceActions(props: {
  faces: ChosenFaces;
  /** The user has confirmed it already. */
  isConfirmed?: boolean;
  /** The user has left it out already. */
  isIgnored?: boolean;
  onDone?: () => void;
}): JSX.Element {
  const { faces, isConfirmed = false, isIgnored = false, onDone } = props;
  const { faceIds, person } = faces;
  const [open, setOpen] = useState<Open>(null);
  const [twice, setTwice] = useState<Twice | null>(null);
  const head = useHeld(faces.head, open !== null || twice !== null);
  const say = useSay({ ...faces, head }, setTwice, onDone);
  const close = (): void => {
    setOpen(null);
  };
  return (
    <div class="actions">
      {person === null ? null : (
        <AboutPerson name={person.name} isConfirmed={isConfirmed} say={say} />
      )}
      <Action
        icon="arrow"
        label={person === null ? 'Say who it is…' : 'Someone else…'}
        onClick={() => {
          setOpen('move');
        }}
      />
      <Action icon="plus" label="New person" onClick={say.split} />
      {isIgnored ? null : (
        <Action
          icon="trash"
          label="Leave out…"
          onClick={() => {
            setOpen('ignore');
          }}
        />
      )}
      {open === 'move' ? (
        <MoveDialog
          count={faceIds.length}
          except={person?.personId}
          onClose={close}
          onSplit={say.split}
          onMove={say.move}
        />
      ) : null}
      {open === 'ignore' ? (
        <IgnoreDialog count={faceIds.length} onClose={close} onReason={say.ignore} />
      ) : null}
      {twice === null ? null : (
        <TwiceDialog
          twice={twice}
          onClose={() => {
            setTwice(null);
          }}
        />
      )}
    </div>
  );
}

/** Whether the person is right. */
function AboutPerson(props: { name: string | null; isConfirmed: boolean; say: Say }): JSX.Element {
  const { isConfirmed, say } = props;
  const name = props.name ?? 'this person';
  return (
    <>
      {isConfirmed ? null : <Action icon="check" label={`Yes, ${name}`} onClick={say.confirm} />}
      <Action icon="block" label={`Not ${name}`} onClick={say.deny} />
    </>
  );
}

function Action(props: {
  icon: Parameters<typeof Icon>[0]['name'];
  label: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" class="button small" onClick={props.onClick}>
      <Icon name={props.icon} />
      {props.label}
    </button>
  );
}

interface Say {
  readonly confirm: () => void;
  readonly deny: () => void;
  readonly split: () => void;
  readonly move: (person: { personId: string; name: string | null }) => void;
  readonly ignore: (reason: string) => void;
}

function useSay(
  { faceIds, person, head }: ChosenFaces,
  askTwice: (twice: Twice) => void,
  onDone?: () => void,
): Say {
  const { api, correct } = useApp();
  // Without a person the two that speak of one are not offered.
  const personId = person?.personId ?? '';
  const faces = counted(faceIds.length, 'face');
  const say = (correction: Correction, said: string, link?: CorrectOptions['link']): void => {
    void correct(correction, { said, head, link }).then((done) => {
      if (done !== null) onDone?.();
    });
  };
  /** Asks first where two faces of one photo would be one person. */
  const give = async (
    correction: Correction,
    goOn: () => void,
    to: Pick<Twice, 'name' | 'isNew'>,
  ): Promise<void> => {
    // What is refused, the correction itself tells.
    const { twice } = await api.preview(correction).catch(() => ({ twice: 0 }));
    if (twice === 0) goOn();
    else askTwice({ ...to, photos: twice, faces: faceIds.length, goOn });
  };
  return {
    confirm: () => {
      say({ kind: 'faces-assigned', faceIds, personId }, `${faces} confirmed.`);
    },
    deny: () => {
      say(
        { kind: 'faces-denied', faceIds, personId },
        `${faces} will never be taken for ${person?.name ?? 'this person'} again.`,
      );
    },
    split: () => {
      const split = { kind: 'split', faceIds } as const;
      const goOn = (): void => {
        say(split, `${faces} made a new person.`, linkToNewPerson);
      };
      void give(split, goOn, { name: null, isNew: true });
    },
    move: (to) => {
      const said = `${faces} moved to ${to.name ?? 'someone without a name'}.`;
      const move = { kind: 'faces-assigned', faceIds, personId: to.personId } as const;
      const goOn = (): void => {
        say(move, said);
      };
      void give(move, goOn, { name: to.name, isNew: false });
    },
    ignore: (reason) => {
      say({ kind: 'faces-ignored', faceIds, reason }, `${faces} left out.`);
    },
  };
}

function linkToNewPerson({ fact }: Corrected): ReturnType<NonNullable<CorrectOptions['link']>> {
  const { personId } = fact.body;
  if (personId === undefined) return undefined;
  return { label: 'Name them', href: personUrl(personId, { edit: 'name' }) };
}
