import type { JSX } from 'preact';

import { placeUrl, type Place } from './app/place.ts';
import { Empty } from './parts/states.tsx';
import { View } from './parts/view.tsx';
import { HistoryView } from './views/history-view.tsx';
import { MovingView } from './views/moving-view.tsx';
import { PeopleView } from './views/people-view.tsx';
import { PersonView } from './views/person-view.tsx';
import { PhotoView } from './views/photo-view.tsx';
import { ReviewView } from './views/review-view.tsx';
import { StatusView } from './views/status-view.tsx';
import { TogetherView } from './views/together-view.tsx';
import { WhoView } from './views/who-view.tsx';

/** The view of an address. */
export function Views({ place }: { place: Place }): JSX.Element {
  const { parts, query } = place;
  const [name = '', id = ''] = parts;
  switch (name) {
    case '':
      return <PeopleView query={query} />;
    case 'review':
      return <ReviewView />;
    case 'together':
      return <TogetherView query={query} />;
    case 'who':
      return <WhoView />;
    case 'history':
      return <HistoryView />;
    case 'status':
      return <StatusView />;
    case 'backup':
      return <MovingView />;
    case 'person':
      return <PersonView key={id} personId={id} query={query} />;
    case 'photo':
      return <PhotoView key={id} assetId={id} query={query} />;
    default:
      return <NothingHere />;
  }
}

function NothingHere(): JSX.Element {
  return (
    <View title="Nothing here">
      <Empty icon="search" title="There is no page at this address">
        <p>
          <a href={placeUrl([])}>Back to people</a>
        </p>
      </Empty>
    </View>
  );
}
