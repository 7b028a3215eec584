import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { ApiError } from '../api/api-error.ts';
import type { PersonDetails, PhotoSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { go, personUrl, placeUrl, type Place } from '../app/place.ts';
import { useList } from '../app/use-list.ts';
import { useResource } from '../app/use-resource.ts';
import { numberText } from '../app/words.ts';
import { PhotoGrid } from '../parts/photo-grid.tsx';
import { Empty, Failure, Loading } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';
import { PersonFaces } from './person-faces.tsx';
import { PersonHead } from './person-head.tsx';
import { SimilarPeople } from './similar-people.tsx';

/** One person: faces, photos, who looks alike, and everything that can be corrected. */
export function PersonView(props: { personId: string; query: Place['query'] }): JSX.Element {
  const { personId, query } = props;
  const { api } = useApp();
  const { data, error, reload } = useResource(`person ${personId}`, () => api.person(personId));
  useEffect(() => {
    if (data === null) return;
    document.title = `${data.person.name ?? 'No name yet'} · Faces`;
    const { personId: found } = data.person;
    if (found !== personId) go(personUrl(found), { replace: true });
  }, [data, personId]);
  if (error instanceof ApiError && error.code === 'PERSON_UNKNOWN') return <NobodyLeft />;
  if (error !== null) {
    return (
      <div class="view">
        <h1 class="hidden-text">Person</h1>
        <Failure error={error} retry={reload} />
      </div>
    );
  }
  if (data === null) return <Loading what="person" />;
  return <Person key={personId} details={data} query={query} />;
}

/** Somebody whose last face went to another, or an address of nobody. */
function NobodyLeft(): JSX.Element {
  return (
    <View title="Nobody left here">
      <Empty icon="people" title="There are no faces of this person">
        <p>
          Their faces went to somebody else or were left out, or nobody was ever known at this
          address. <a href={placeUrl([])}>Back to people</a> or to{' '}
          <a href={placeUrl(['history'])}>what was changed</a>.
        </p>
      </Empty>
    </View>
  );
}

function Person(props: { details: PersonDetails; query: Place['query'] }): JSX.Element {
  const { details, query } = props;
  const { personId } = details.person;
  const [isNaming, setNaming] = useState(query.get('edit') === 'name');
  const tab = query.get('tab') === 'photos' ? 'photos' : 'faces';
  const setNamingHere = (naming: boolean): void => {
    setNaming(naming);
    if (query.has('edit')) go(personUrl(personId), { replace: true });
  };
  return (
    <div class="view person-view">
      <PersonHead details={details} isNaming={isNaming} setNaming={setNamingHere} />
      <SimilarPeople details={details} />
      <nav class="tabs" aria-label="Faces or photos">
        <a href={personUrl(personId)} aria-current={tab === 'faces' ? 'page' : undefined}>
          Faces <span class="count">{numberText(details.person.faces)}</span>
        </a>
        <a
          href={personUrl(personId, { tab: 'photos' })}
          aria-current={tab === 'photos' ? 'page' : undefined}
        >
          Photos <span class="count">{numberText(details.person.photos)}</span>
        </a>
      </nav>
      {tab === 'faces' ? <PersonFaces details={details} /> : <PersonPhotos personId={personId} />}
    </div>
  );
}

function PersonPhotos({ personId }: { personId: string }): JSX.Element {
  const list = useList<PhotoSummary>(`people/${encodeURIComponent(personId)}/photos`);
  return <PhotoGrid list={list} none="No photos" />;
}
