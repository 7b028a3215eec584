import type { JSX } from 'preact';

import type { Since } from '../app/corrections.ts';
import { capital, saidText } from '../app/words.ts';
import { Dialog } from './dialog.tsx';

/** Tells what others changed since this was last looked at, and asks whether to go on all the same. */
export function ConflictDialog(props: {
  since: readonly Since[];
  decide: (goOn: boolean) => void;
}): JSX.Element {
  const { since, decide } = props;
  return (
    <Dialog
      title="This was changed meanwhile"
      onClose={() => {
        decide(false);
      }}
    >
      <p>
        Since you looked at it, somebody else changed the same. Nothing of yours was written yet.
      </p>
      <ul class="since">
        {since.map(({ describe, at, by }) => (
          <li key={at + describe}>
            <p class="strong">{capital(describe)}</p>
            <p class="quiet-text">{saidText(at, by)}</p>
          </li>
        ))}
      </ul>
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            decide(true);
          }}
        >
          Do mine all the same
        </button>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            decide(false);
          }}
        >
          Leave it as it is now
        </button>
      </div>
    </Dialog>
  );
}
