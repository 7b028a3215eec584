import type { JSX } from 'preact';

import type { PersonSummary } from '../api/types.ts';
import { personUrl } from '../app/place.ts';
import { counted } from '../app/words.ts';
import { FaceImage } from './face-image.tsx';
import { Icon } from './icon.tsx';

/** A person in the grid: face, name, number of photos; without a name, a way to give one. */
export function PersonTile({ person }: { person: PersonSummary }): JSX.Element {
  const { personId, name, coverFaceId, photos, hidden } = person;
  const count = counted(photos, 'photo');
  return (
    <div class="person-tile">
      <a
        class="person-link"
        href={personUrl(personId)}
        aria-label={`${name ?? 'No name yet'}, ${count}${hidden ? ', hidden' : ''}`}
      >
        <FaceImage faceId={coverFaceId} round />
        {name === null ? null : <span class="person-name">{name}</span>}
      </a>
      {name === null ? (
        <a
          class="add-name"
          href={personUrl(personId, { edit: 'name' })}
          aria-label={`Add a name for someone on ${count}`}
        >
          <Icon name="plus" />
          Add a name
        </a>
      ) : null}
      <span class="person-count" aria-hidden="true">
        {count}
      </span>
    </div>
  );
}

/** A person on one line, for choosing and for lists. */
export function PersonLine({ person }: { person: PersonSummary }): JSX.Element {
  return (
    <span class="person-line">
      <FaceImage faceId={person.coverFaceId} sizePx={96} round />
      <span class="person-line-words">
        <span class={person.name === null ? 'nameless' : 'strong'}>
          {person.name ?? 'No name yet'}
        </span>
        <span class="quiet-text">
          {counted(person.photos, 'photo')}
          {person.hidden ? ' · hidden' : ''}
        </span>
      </span>
    </span>
  );
}
