import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { counted } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';

const REASONS = [
  'It is not a face',
  'It is a picture, statue or doll',
  'It is a stranger in the background',
  'It is too blurred or too small',
] as const;
const MOST_REASON_LENGTH = 200;

/** Asks why faces are left out; the reason is kept with them. */
export function IgnoreDialog(props: {
  count: number;
  onClose: () => void;
  onReason: (reason: string) => void;
}): JSX.Element {
  const { count, onClose, onReason } = props;
  const [reason, setReason] = useState<string>(REASONS[0]);
  const [other, setOther] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    onClose();
    onReason(other.trim() === '' ? reason : other.trim());
  };
  return (
    <Dialog
      title={count === 1 ? 'Leave this face out?' : `Leave ${counted(count, 'face')} out?`}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <p>It will belong to nobody and not be asked about again. You can undo this.</p>
        <fieldset class="options">
          <legend>Why?</legend>
          {REASONS.map((one) => (
            <label key={one} class="option">
              <input
                type="radio"
                name="reason"
                checked={one === reason && other === ''}
                onChange={() => {
                  setReason(one);
                  setOther('');
                }}
              />
              {one}
            </label>
          ))}
          <label class="field">
            <span>Another reason</span>
            <input
              type="text"
              value={other}
              maxLength={MOST_REASON_LENGTH}
              onInput={(event) => {
                setOther(event.currentTarget.value);
              }}
            />
          </label>
        </fieldset>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary">
            Leave out
          </button>
        </div>
      </form>
    </Dialog>
  );
}
