import type { JSX } from 'preact';

import { capital, counted } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Faces to give to somebody who would then be on photos more than once. */
export interface Twice {
  /** Whose the faces would be. */
  readonly name: string | null;
  readonly isNew: boolean;
  /** Photos on which the person would be twice. */
  readonly photos: number;
  readonly faces: number;
  readonly goOn: () => void;
}

/** Asks whether faces of one photo are to be one person: the user's word is last. */
export function TwiceDialog({
  twice,
  onClose,
}: {
  twice: Twice;
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog title={titleOf(twice)} onClose={onClose}>
      <p>
        Two faces of one photo are usually two people. Go on where the photo shows somebody twice,
        such as a collage or a mirror.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            onClose();
            twice.goOn();
          }}
        >
          {twice.isNew ? 'One person all the same' : 'Move all the same'}
        </button>
      </div>
    </Dialog>
  );
}

function titleOf({ name, isNew, photos, faces }: Twice): string {
  if (isNew) {
    return photos === 1
      ? 'Some of these faces are on the same photo'
      : `Some of these faces are together on ${counted(photos, 'photo')}`;
  }
  const who = capital(name ?? 'this person');
  if (faces === 1) return `${who} is on this photo already`;
  return `${who} would be on ${counted(photos, 'photo')} twice`;
}
