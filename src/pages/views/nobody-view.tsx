import type { JSX } from 'preact';

import type { FaceSummary } from '../api/types.ts';
import { photoUrl, placeUrl } from '../app/place.ts';
import { useList } from '../app/use-list.ts';
import { counted, photoDayText } from '../app/words.ts';
import { FaceGrid } from '../parts/face-grid.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Empty } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';

/** Faces that nobody's page shows, each with the way to its photo, where it can be said who it is. */
export function NobodyView(): JSX.Element {
  const list = useList<FaceSummary>('faces/nobody');
  return (
    <View
      title="Unknown faces"
      intro={list.total === null ? ' ' : counted(list.total, 'face')}
      actions={
        <a class="button" href={placeUrl([])}>
          Back to people
        </a>
      }
    >
      <p class="hint">
        Too small or blurred to tell who they are, or you said who they are not. Open a photo to say
        who it is.
      </p>
      <FaceGrid
        list={list}
        tile={(face) => <FaceTile face={face} />}
        empty={<Empty icon="check" title="Every face is somebody’s" />}
      />
    </View>
  );
}

function FaceTile({ face }: { face: FaceSummary }): JSX.Element {
  const { faceId, assetId, takenAt } = face;
  const when = `${takenAt === null ? ', ' : ' of '}${photoDayText(face)}`;
  return (
    <div class="face-tile">
      <a href={photoUrl(assetId, faceId)} aria-label={`Face${when}: open its photo`}>
        <FaceImage faceId={faceId} />
      </a>
    </div>
  );
}
