import type { JSX } from 'preact';

import type { PersonSummary } from '../api/types.ts';
import { counted } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { PersonSearch } from '../parts/person-search.tsx';

/** Whose faces these are: somebody known, or somebody new. */
export function MoveDialog(props: {
  count: number;
  except: string | undefined;
  onClose: () => void;
  onMove: (person: PersonSummary) => void;
  onSplit: () => void;
}): JSX.Element {
  const { count, except, onClose, onMove, onSplit } = props;
  const faces = count === 1 ? 'this' : `on these ${counted(count, 'face')}`;
  return (
    <Dialog title={`Who is ${faces}?`} onClose={onClose}>
      <PersonSearch
        label="Someone you know"
        except={except === undefined ? [] : [except]}
        onChoose={(person) => {
          onClose();
          onMove(person);
        }}
      />
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            onClose();
            onSplit();
          }}
        >
          <Icon name="plus" />
          Somebody new
        </button>
      </div>
    </Dialog>
  );
}
