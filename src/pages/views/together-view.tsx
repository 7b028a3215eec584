import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { PersonSummary, PhotoSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { go, placeUrl, type Place } from '../app/place.ts';
import { joined } from '../app/plain-reasons.ts';
import { useList } from '../app/use-list.ts';
import { useResource } from '../app/use-resource.ts';
import { counted, nameOf } from '../app/words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { PersonSearch } from '../parts/person-search.tsx';
import { PhotoGrid } from '../parts/photo-grid.tsx';
import { Empty } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';

function togetherUrl(personIds: readonly string[]): string {
  return placeUrl(['together'], { person: personIds });
}

/** Photos on which all the people chosen are. */
export function TogetherView({ query }: { query: Place['query'] }): JSX.Element {
  const personIds = [...new Set(query.getAll('person'))];
  const { api } = useApp();
  const [isChoosing, setChoosing] = useState(false);
  const { data } = useResource(`together ${personIds.join(' ')}`, () =>
    Promise.all(personIds.map(async (id) => (await api.person(id)).person)),
  );
  const people = data ?? [];
  const stopChoosing = (): void => {
    setChoosing(false);
  };
  return (
    <View title="Together" intro="Photos on which several people are together.">
      <ul class="chips" aria-label="People chosen">
        {people.map((person) => (
          <li key={person.personId}>
            <Chip
              person={person}
              onRemove={() => {
                go(togetherUrl(personIds.filter((id) => id !== person.personId)));
              }}
            />
          </li>
        ))}
        <li>
          <button
            type="button"
            class="button"
            onClick={() => {
              setChoosing(true);
            }}
          >
            <Icon name="plus" />
            Add a person
          </button>
        </li>
      </ul>
      {personIds.length === 0 ? (
        <Empty icon="together" title="Who should be on the photo?">
          <p>Add two or more people to find the photos that they share.</p>
        </Empty>
      ) : (
        <SharedPhotos key={personIds.join(' ')} personIds={personIds} people={people} />
      )}
      {isChoosing ? (
        <Dialog title="Who else?" onClose={stopChoosing}>
          <PersonSearch
            label="Person"
            except={personIds}
            onChoose={({ personId }) => {
              stopChoosing();
              go(togetherUrl([...personIds, personId]));
            }}
          />
        </Dialog>
      ) : null}
    </View>
  );
}

function Chip({ person, onRemove }: { person: PersonSummary; onRemove: () => void }): JSX.Element {
  return (
    <span class="chip">
      <FaceImage faceId={person.coverFaceId} sizePx={96} round />
      {person.name ?? 'No name yet'}
      <button
        type="button"
        class="button quiet square small"
        aria-label={`Remove ${nameOf(person)}`}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

function SharedPhotos(props: {
  personIds: readonly string[];
  people: readonly PersonSummary[];
}): JSX.Element {
  const list = useList<PhotoSummary>('photos', { person: props.personIds });
  const names = joined(props.people.map(nameOf));
  return (
    <>
      <p class="intro shared-intro" role="status">
        {list.total === null ? ' ' : `${counted(list.total, 'photo')} of ${names}`}
      </p>
      <PhotoGrid list={list} none="They are on no photo together" />
    </>
  );
}
