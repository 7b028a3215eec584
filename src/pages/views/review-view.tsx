import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { ReviewItem } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { placeUrl } from '../app/place.ts';
import { counted } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Empty, ListState } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { ReviewCard } from './review-card.tsx';
import { useReview, type Given, type Review } from './use-review.ts';

const KEYS: Readonly<Record<string, Given | 'undo'>> = { y: 'yes', n: 'no', s: 'skip', u: 'undo' };

/** Questions that the worker cannot answer alone: one key each. */
export function ReviewView(): JSX.Element {
  const review = useReview();
  const [isNaming, setNaming] = useState(false);
  const { item, list } = review;
  const say = (answer: Given | 'undo'): void => {
    if (answer === 'undo') void review.undo();
    else if (answer === 'yes' && item !== undefined && hasTwoNames(item)) setNaming(true);
    else void review.answer(answer);
  };
  useKeys(say);
  useImagesOf(review.next);
  const [person, other] = item?.people ?? [];
  return (
    <View
      title="Review"
      class="review-view"
      intro={item === undefined ? ' ' : `${counted(review.left, 'question')} left`}
    >
      <ListState list={list} what="questions" />
      {list.total !== null && item === undefined ? <NothingLeft /> : null}
      {item === undefined ? null : <ReviewCard key={item.id} item={item} />}
      <Answers review={review} say={say} />
      {isNaming && person !== undefined && other !== undefined ? (
        <MergeDialog
          person={person}
          other={other}
          write={(chosen) => review.answer('yes', chosen)}
          onDifferent={() => void review.answer('no')}
          onClose={() => {
            setNaming(false);
          }}
        />
      ) : null}
    </View>
  );
}

/** Then the question is also which name stays. */
function hasTwoNames({ kind, people }: ReviewItem): boolean {
  const names = new Set(people.flatMap(({ name }) => (name === null ? [] : [name])));
  return kind === 'proposed-merge' && names.size > 1;
}

function Answers(props: { review: Review; say: (answer: Given | 'undo') => void }): JSX.Element {
  const { review, say } = props;
  const isOver = review.item === undefined;
  const button = (
    answer: Given | 'undo',
    words: { label: string; icon: IconName },
  ): JSX.Element => (
    <button
      type="button"
      class={`button answer ${answer}`}
      aria-keyshortcuts={answer.charAt(0).toUpperCase()}
      disabled={answer === 'undo' ? !review.canUndo : isOver}
      onClick={() => {
        say(answer);
      }}
    >
      <Icon name={words.icon} />
      {words.label}
      <kbd aria-hidden="true">{answer.charAt(0).toUpperCase()}</kbd>
    </button>
  );
  return (
    <div class="answers" role="group" aria-label="Your answer">
      {button('yes', { label: 'Yes', icon: 'check' })}
      {button('no', { label: 'No', icon: 'close' })}
      {button('skip', { label: 'Skip', icon: 'arrow' })}
      {button('undo', { label: 'Undo', icon: 'undo' })}
    </div>
  );
}

function NothingLeft(): JSX.Element {
  return (
    <Empty icon="check" title="Nothing to ask">
      <p>
        When the worker is not sure about a face, it asks here.{' '}
        <a href={placeUrl([])}>Back to people</a>
      </p>
    </Empty>
  );
}

function useKeys(say: (answer: Given | 'undo') => void): void {
  const latest = useRef(say);
  latest.current = say;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const answer = KEYS[event.key.toLowerCase()];
      const isTyping =
        event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
      const isModified = event.ctrlKey || event.metaKey || event.altKey;
      const isAsked = document.querySelector('dialog[open]') !== null;
      if (answer === undefined || isTyping || isAsked || isModified || event.repeat) return;
      event.preventDefault();
      latest.current(answer);
    };
    document.addEventListener('keydown', pressed);
    return () => {
      document.removeEventListener('keydown', pressed);
    };
  }, []);
}

/** The next question's pictures are fetched while this one is looked at. */
function useImagesOf(item: ReviewItem | undefined): void {
  const { api } = useApp();
  useEffect(() => {
    for (const { faceId } of item?.faces.slice(0, 12) ?? []) {
      new Image().src = api.thumbnailUrl(faceId, 384);
    }
  }, [item?.id]);
}
