import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { FaceSummary, PersonDetails } from '../api/types.ts';
import { photoUrl } from '../app/place.ts';
import { useList } from '../app/use-list.ts';
import { counted, photoDayText } from '../app/words.ts';
import { FaceGrid } from '../parts/face-grid.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { Empty } from '../parts/states.tsx';
import { FaceActions } from './face-actions.tsx';

/** The person's faces, newest first; some can be chosen and decided about together. */
export function PersonFaces({ details }: { details: PersonDetails }): JSX.Element {
  const { person, head } = details;
  const list = useList<FaceSummary>(`people/${encodeURIComponent(person.personId)}/faces`);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState(0);
  const choose = (index: number, withRange: boolean): void => {
    const { faceId = '' } = list.items[index] ?? {};
    const isOn = !chosen.has(faceId);
    const [from, to] = withRange ? [Math.min(last, index), Math.max(last, index)] : [index, index];
    const next = new Set(chosen);
    for (const face of list.items.slice(from, to + 1)) {
      if (isOn) next.add(face.faceId);
      else next.delete(face.faceId);
    }
    setChosen(next);
    setLast(index);
  };
  const clear = (): void => {
    setChosen(new Set());
  };
  const faceIds = list.items.flatMap(({ faceId }) => (chosen.has(faceId) ? [faceId] : []));
  const hint = useFocusAfter(faceIds.length > 0);
  return (
    <div class={faceIds.length > 0 ? 'faces choosing' : 'faces'}>
      <p ref={hint} class="hint" tabIndex={-1}>
        Tick faces to say that they are right, or whose they are instead.
      </p>
      <FaceGrid
        list={list}
        tile={(face, index) => (
          <FaceTile
            face={face}
            isChosen={chosen.has(face.faceId)}
            onChoose={(withRange) => {
              choose(index, withRange);
            }}
          />
        )}
        empty={<Empty icon="people" title="No faces left" />}
      />
      {faceIds.length === 0 ? null : (
        <section class="choice-bar" aria-label="Chosen faces">
          <span class="strong" role="status">
            {counted(faceIds.length, 'face')} chosen
          </span>
          <FaceActions faces={{ faceIds, person, head }} onDone={clear} />
          <button type="button" class="button quiet small" onClick={clear}>
            Clear
          </button>
        </section>
      )}
    </div>
  );
}

/** What takes the focus when the bar of chosen faces goes, and the button that had it. */
function useFocusAfter(isChoosing: boolean): { readonly current: HTMLParagraphElement | null } {
  const place = useRef<HTMLParagraphElement>(null);
  const wasChoosing = useRef(false);
  useEffect(() => {
    const isLost = document.activeElement === document.body;
    if (wasChoosing.current && !isChoosing && isLost) place.current?.focus({ preventScroll: true });
    wasChoosing.current = isChoosing;
  }, [isChoosing]);
  return place;
}

function FaceTile(props: {
  face: FaceSummary;
  isChosen: boolean;
  onChoose: (withRange: boolean) => void;
}): JSX.Element {
  const { face, isChosen, onChoose } = props;
  const isConfirmed = face.assignedBy === 'user';
  const words = `Face${face.takenAt === null ? ', ' : ' of '}${photoDayText(face)}${isConfirmed ? ', confirmed' : ''}`;
  return (
    <div class={isChosen ? 'face-tile chosen' : 'face-tile'}>
      <a
        href={photoUrl(face.assetId, face.faceId)}
        aria-label={`${words}: open its photo`}
        onClick={(event) => {
          // While faces are being chosen, the whole tile chooses.
          if (event.currentTarget.closest('.choosing') === null || event.detail === 0) return;
          event.preventDefault();
          onChoose(event.shiftKey);
        }}
      >
        <FaceImage faceId={face.faceId} />
      </a>
      {isConfirmed ? (
        <span class="badge" title="You confirmed this face">
          <Icon name="check" />
        </span>
      ) : null}
      <label class="tick">
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={`Choose f${words.slice(1)}`}
          onClick={(event) => {
            onChoose(event.shiftKey);
          }}
        />
        <span aria-hidden="true">
          <Icon name="check" />
        </span>
      </label>
    </div>
  );
}
