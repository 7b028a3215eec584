import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { FaceSummary, PersonSummary, ReviewItem } from '../api/types.ts';
import { personUrl, photoUrl } from '../app/place.ts';
import { capital, counted, nameOf } from '../app/words.ts';
import { FaceImage } from '../parts/face-image.tsx';

const MOST_FACES_OF_ONE = 6;

/** One question with the pictures that answer it; it takes the focus, so that it is read out. */
export function ReviewCard({ item }: { item: ReviewItem }): JSX.Element {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.focus({ preventScroll: true });
  }, []);
  const questionId = `question-${item.id}`;
  return (
    <article ref={card} class="review-card" tabIndex={-1} aria-labelledby={questionId}>
      <h2 id={questionId}>{item.question}</h2>
      <div class="review-pair">
        {item.kind === 'uncertain-face' ? (
          <UncertainFace face={item.faces[0]} />
        ) : (
          <PersonSide person={item.people[0]} faces={item.faces} />
        )}
        <PersonSide
          person={item.kind === 'uncertain-face' ? item.people[0] : item.people[1]}
          faces={item.kind === 'uncertain-face' ? item.faces.slice(1) : item.faces}
        />
      </div>
      <p class="reason">{capital(item.reason)}.</p>
    </article>
  );
}

function UncertainFace({ face }: { face: FaceSummary | undefined }): JSX.Element | null {
  if (face === undefined) return null;
  return (
    <div class="review-side">
      <FaceImage faceId={face.faceId} sizePx={384} alt="The face in question" />
      <a href={photoUrl(face.assetId, face.faceId)}>See the whole photo</a>
    </div>
  );
}

function PersonSide(props: {
  person: PersonSummary | undefined;
  faces: readonly FaceSummary[];
}): JSX.Element | null {
  const { person, faces } = props;
  if (person === undefined) return null;
  const own = faces.filter(({ personId }) => personId === person.personId);
  const name = person.name ?? 'No name yet';
  // The one that was compared comes first.
  const shown = own[0]?.faceId ?? person.coverFaceId;
  const more = own.filter(({ faceId }) => faceId !== shown);
  return (
    <div class="review-side">
      <FaceImage faceId={shown} sizePx={384} alt={`Face of ${nameOf(person)}`} />
      <a href={personUrl(person.personId)}>{name}</a>
      <span class="quiet-text">{counted(person.photos, 'photo')}</span>
      {more.length === 0 ? null : (
        <div class="review-more">
          {more.slice(0, MOST_FACES_OF_ONE).map(({ faceId }) => (
            <FaceImage key={faceId} faceId={faceId} sizePx={96} />
          ))}
        </div>
      )}
    </div>
  );
}
