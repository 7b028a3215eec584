import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { FaceDetails, PhotoDetails } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { personUrl, type Place } from '../app/place.ts';
import { joined } from '../app/plain-reasons.ts';
import { fileNameOf } from '../app/status-words.ts';
import { useResource } from '../app/use-resource.ts';
import { counted, dayAndTimeText, photoDayText } from '../app/words.ts';
import { BoxedPhoto, type BoxedFace } from '../parts/boxed-photo.tsx';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { MissingPhoto } from '../parts/missing-photo.tsx';
import { Empty, Failure, Loading } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';
import { FaceActions } from './face-actions.tsx';
import { FaceWhy } from './face-why.tsx';

/** One photo: who is on it, and why the worker thinks so. */
export function PhotoView(props: { assetId: string; query: Place['query'] }): JSX.Element {
  const { assetId, query } = props;
  const { api } = useApp();
  const { data, error, reload } = useResource(`photo ${assetId}`, () => api.photo(assetId));
  const [open, setOpen] = useOpenFace(query.get('face'), data);
  if (error !== null) {
    return (
      <View title="Photo">
        <Failure error={error} retry={reload} />
      </View>
    );
  }
  if (data === null) return <Loading what="photo" />;
  const { photo } = data;
  const faces = data.faces.toSorted((a, b) => a.box.x - b.box.x);
  const file = photo.path === null ? undefined : fileNameOf(photo.path);
  const src = api.imageUrl(assetId, 1600, photo.revision);
  return (
    <View title="Photo" heading={file ?? 'Photo'} class="photo-view" intro={introText(data)}>
      <MissingPhoto src={src} />
      <div class="photo-and-faces">
        <BoxedPhoto
          src={src}
          alt={altText(data)}
          image={photo.image}
          faces={faces.map(toBoxed)}
          chosen={open ?? null}
          onChoose={(faceId) => {
            setOpen(faceId);
          }}
        />
        <ol class="face-cards" aria-label="Faces on this photo">
          {faces.map((face, i) => (
            <FaceCard
              key={face.faceId}
              face={face}
              version={photo.revision}
              number={i + 1}
              head={data.head}
              isOpen={face.faceId === open}
              onToggle={() => {
                setOpen(face.faceId === open ? '' : face.faceId);
              }}
            />
          ))}
          {faces.length === 0 ? <Empty icon="people" title="No faces on this photo" /> : null}
        </ol>
      </div>
    </View>
  );
}

function introText({ photo, faces }: PhotoDetails): string {
  const taken = photo.takenAt === null ? [] : [`taken ${photoDayText(photo)}`];
  const looked = `looked at ${dayAndTimeText(photo.decidedAt)}`;
  return [counted(faces.length, 'face'), ...taken, looked].join(' · ');
}

/** The face that is told of: the one asked for, the only one, or the one chosen since; '' is none. */
function useOpenFace(
  asked: string | null,
  details: PhotoDetails | null,
): [string | undefined, (faceId: string) => void] {
  const [chosen, setChosen] = useState(asked);
  useEffect(() => {
    setChosen(asked);
  }, [asked]);
  const [first, second] = details?.faces ?? [];
  const open = chosen ?? (second === undefined ? first?.faceId : undefined);
  useEffect(() => {
    document.getElementById(cardId(open ?? ''))?.scrollIntoView({ block: 'nearest' });
  }, [open, details === null]);
  return [open, setChosen];
}

function altText({ photo }: PhotoDetails): string {
  const names = photo.people.flatMap(({ name }) => (name === null ? [] : [name]));
  return names.length === 0
    ? `A photo with ${counted(photo.faces, 'face')}`
    : `A photo of ${joined(names)}`;
}

function cardId(faceId: string): string {
  return `face-${faceId}`;
}

function toBoxed(face: FaceDetails, index: number): BoxedFace {
  const tone = face.personId === null ? 'nobody' : face.name === null ? 'unnamed' : 'known';
  const label = whoText(face);
  const spoken = tone === 'known' ? label : `Face ${index + 1}: ${label}`;
  return { key: face.faceId, box: face.box, label, spoken, tone };
}

function whoText(face: FaceDetails): string {
  if (face.ignored !== null) return 'Left out';
  if (face.personId === null) return 'Nobody known';
  return face.name ?? 'No name yet';
}

function FaceCard(props: {
  face: FaceDetails;
  version: number;
  /** From the left. */
  number: number;
  head: number;
  isOpen: boolean;
  onToggle: () => void;
}): JSX.Element {
  const { face, version, number, head, isOpen, onToggle } = props;
  const { personId, name, faceId, ignored } = face;
  const isConfirmed = face.assignedBy === 'user' && personId !== null;
  return (
    <li id={cardId(faceId)} class={isOpen ? 'face-card chosen' : 'face-card'}>
      <h2>
        <button type="button" class="face-card-head" aria-expanded={isOpen} onClick={onToggle}>
          <FaceImage faceId={faceId} version={version} />
          <span class="face-card-words">
            <span class={name === null ? 'nameless' : ''}>
              {name === null ? <span class="hidden-text">Face {number}: </span> : null}
              {whoText(face)}
            </span>
            {isConfirmed ? <span class="pill good">Confirmed by you</span> : null}
          </span>
          <Icon name="chevron" />
        </button>
      </h2>
      {isOpen ? (
        <>
          <FaceWhy face={face} />
          {personId === null ? null : <PersonLinks personId={personId} name={name} />}
          <FaceActions
            faces={{
              faceIds: [faceId],
              person: personId === null ? null : { personId, name },
              head,
            }}
            isConfirmed={isConfirmed}
            isIgnored={ignored !== null}
          />
        </>
      ) : null}
    </li>
  );
}

function PersonLinks(props: { personId: string; name: string | null }): JSX.Element {
  const { personId, name } = props;
  return name === null ? (
    <p>
      <a href={personUrl(personId, { edit: 'name' })}>Add a name</a> or{' '}
      <a href={personUrl(personId)}>see all photos</a>
    </p>
  ) : (
    <p>
      <a href={personUrl(personId)}>All photos of {name}</a>
    </p>
  );
}
