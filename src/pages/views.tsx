import type { JSX } from 'preact';

import { placeUrl, type Place } from './app/place.ts';
import { Empty } from './parts/states.tsx';
import { View } from './parts/view.tsx';
import { HistoryView } from './views/history-view.tsx';
import { MovingView } from './views/moving-view.tsx';
import { NobodyView } from './views/nobody-view.tsx';
import { PeopleView } from './views/people-view.tsx';
import { PersonView } from './views/person-view.tsx';
import { PhotoView } from './views/photo-view.tsx';
import { ReviewView } from './views/review-view.tsx';
import { StatusView } from './views/status-view.tsx';
import { TogetherView } from './views/together-view.tsx';
import { WhoView } from './views/who-view.tsx';

/** Views of which there is one each, by the first part of their address. */
const PLAIN_VIEWS = new Map<string, () => JSX.Element>([
  ['review', ReviewView],
  ['who', WhoView],
  ['nobody', NobodyView],
  ['history', HistoryView],
  ['status', StatusView],
  ['backup', MovingView],
]);

/** The view of an address. */
export function Views({ place }: { place: Place }): JSX.Element {
  const { parts, query } = place;
  const [name = '', id = ''] = parts;
  const Plain = PLAIN_VIEWS.get(name);
  if (Plain !== undefined) return <Plain />;
  switch (name) {
    case '':
      return <PeopleView query={query} />;
    case 'together':
      return <TogetherView query={query} />;
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
