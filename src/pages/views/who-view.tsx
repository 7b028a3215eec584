import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { WhoAnswer } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { personUrl } from '../app/place.ts';
import { qualityText } from '../app/plain-reasons.ts';
import { counted } from '../app/words.ts';
import { BoxedPhoto, type BoxedFace } from '../parts/boxed-photo.tsx';
import { Icon } from '../parts/icon.tsx';
import { PersonLine } from '../parts/person-tile.tsx';
import { Empty, Loading } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';
import { useDrop } from './use-drop.ts';

interface Asked {
  readonly url: string;
  readonly answer: WhoAnswer | null;
}

/** Finds out who is on a picture that is not in the library; it is not kept. */
export function WhoView(): JSX.Element {
  const { api, notify } = useApp();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const url = asked?.url;
  useEffect(
    () => () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    },
    [url],
  );
  const ask = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const picture = { url: URL.createObjectURL(file), answer: null };
    setAsked(picture);
    try {
      const answer = await api.who(file);
      setAsked({ ...picture, answer });
      setChosen(answer.faces.length === 1 ? '0' : null);
    } catch (error) {
      setAsked(null);
      notify({ text: wordsFor(error), tone: 'bad' });
    }
  };
  return (
    <View
      title="Who is this?"
      class="who-view"
      intro="Choose a picture, and see whom the worker knows on it. The picture is not kept."
    >
      <DropPlace onFile={(file) => void ask(file)} isSmall={asked !== null} />
      {asked === null ? null : (
        <div class="photo-and-faces" role="group" aria-label="Answer">
          {asked.answer === null ? (
            <Loading what="answer" />
          ) : (
            <>
              <BoxedPhoto
                src={asked.url}
                alt="The picture that you chose"
                image={asked.answer.image}
                faces={asked.answer.faces.map(toBoxed)}
                chosen={chosen}
                onChoose={setChosen}
              />
              <Answers answer={asked.answer} chosen={chosen} />
            </>
          )}
        </div>
      )}
    </View>
  );
}

function toBoxed(face: WhoAnswer['faces'][number], index: number): BoxedFace {
  const match = face.candidates.find(({ isMatch }) => isMatch)?.person;
  return {
    key: String(index),
    box: face.box,
    label: match === undefined ? `Face ${index + 1}` : (match.name ?? 'No name yet'),
    ...(match?.name === null ? { spoken: `Face ${index + 1}: No name yet` } : {}),
    tone: match === undefined ? 'nobody' : 'known',
  };
}

/** A file chosen here, or dropped anywhere on the page: beside the place it would replace the page. */
function DropPlace(props: {
  onFile: (file: File | undefined) => void;
  isSmall: boolean;
}): JSX.Element {
  const { onFile, isSmall } = props;
  const isOver = useDrop(onFile);
  return (
    <label class={`drop-place ${isSmall ? 'small' : ''} ${isOver ? 'over' : ''}`}>
      <Icon name="photo" />
      <span>
        <strong>{isSmall ? 'Choose another picture' : 'Choose a picture'}</strong>
        <span class="drop-hint"> or drop it here</span>
      </span>
      <input
        type="file"
        accept="image/*"
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

function Answers(props: { answer: WhoAnswer; chosen: string | null }): JSX.Element {
  const { answer, chosen } = props;
  if (answer.faces.length === 0) return <Empty icon="people" title="No face found on it" />;
  return (
    <div>
      <p class="hidden-text" role="status">
        {counted(answer.faces.length, 'face')} found
      </p>
      <ol class="face-cards" aria-label="Faces on the picture">
        {answer.faces.map((face, i) => (
          <li key={i} class={chosen === String(i) ? 'face-card chosen' : 'face-card'}>
            <WhoFace face={face} number={i + 1} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function WhoFace(props: { face: WhoAnswer['faces'][number]; number: number }): JSX.Element {
  const { face, number } = props;
  const match = face.candidates.find(({ isMatch }) => isMatch);
  const others = face.candidates.filter((one) => one !== match);
  const hard = qualityText(face.quality.reasons);
  return (
    <>
      <div class="face-card-head">
        <img class="face" src={face.thumbnail} alt="" width={96} height={96} />
        <div>
          <h2>
            {match === undefined ? (
              `Face ${number}: nobody you know`
            ) : (
              <a
                href={personUrl(match.person.personId)}
                aria-label={match.person.name ?? `Face ${number}: No name yet`}
              >
                {match.person.name ?? 'No name yet'}
              </a>
            )}
          </h2>
          {match === undefined ? null : (
            <span class="quiet-text">
              {counted(match.person.photos, 'photo')}
              {match.person.name === null ? (
                <>
                  {' · '}
                  <a
                    href={personUrl(match.person.personId, { edit: 'name' })}
                    aria-label={`Add a name to face ${number}`}
                  >
                    Add a name
                  </a>
                </>
              ) : null}
            </span>
          )}
        </div>
      </div>
      {hard === '' ? null : <p class="quiet-text">Hard to tell: {hard}.</p>}
      {others.length === 0 ? null : <Others others={others} isMatched={match !== undefined} />}
    </>
  );
}

function Others(props: {
  others: WhoAnswer['faces'][number]['candidates'];
  isMatched: boolean;
}): JSX.Element {
  return (
    <details open={!props.isMatched}>
      <summary>{props.isMatched ? 'Others it looks a little like' : 'Looks a little like'}</summary>
      <ul class="choices">
        {props.others.map(({ person, distance, limit }) => (
          <li key={person.personId}>
            <a class="choice" href={personUrl(person.personId)}>
              <PersonLine person={person} />
              <span class="quiet-text">
                difference {distance.toFixed(2)}, at most {limit.toFixed(2)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
