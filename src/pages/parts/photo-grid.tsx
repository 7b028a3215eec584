import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { PhotoSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { photoUrl } from '../app/place.ts';
import { counted, photoDayText } from '../app/words.ts';
import type { ListLoader } from '../app/list-loader.ts';
import { Icon } from './icon.tsx';
import { Empty } from './states.tsx';
import { TileGrid } from './tile-grid.tsx';

/** Photos in a grid; `none` is said where there are none. */
export function PhotoGrid(props: { list: ListLoader<PhotoSummary>; none: string }): JSX.Element {
  return (
    <TileGrid
      label="Photos"
      list={props.list}
      keyOf={({ assetId }) => assetId}
      leastWidthPx={200}
      labelHeightPx={0}
      tile={(photo) => <PhotoTile photo={photo} />}
      empty={<Empty icon="photo" title={props.none} />}
    />
  );
}

/** A photo in a grid; its name says who is on it. */
function PhotoTile({ photo }: { photo: PhotoSummary }): JSX.Element {
  const { api } = useApp();
  const [isBroken, setBroken] = useState(false);
  const names = photo.people.flatMap(({ name }) => (name === null ? [] : [name]));
  const who = names.length > 0 ? names.join(', ') : counted(photo.faces, 'face');
  return (
    <a
      class="photo-tile"
      href={photoUrl(photo.assetId)}
      aria-label={`Photo of ${who}, ${photoDayText(photo)}`}
    >
      {isBroken ? (
        <span class="photo-missing">
          <Icon name="photo" />
        </span>
      ) : (
        <img
          src={api.imageUrl(photo.assetId, 480)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => {
            setBroken(true);
          }}
        />
      )}
      {names.length === 0 && photo.faces < 2 ? null : (
        <span class="photo-caption" aria-hidden="true">
          {who}
        </span>
      )}
    </a>
  );
}
