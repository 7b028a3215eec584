import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { Answer, Fact, ReviewItem } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { offerToApply } from '../app/corrections.ts';
import type { ListLoader } from '../app/list-loader.ts';
import { useList } from '../app/use-list.ts';

/** What somebody can say to a question. */
export type Given = Exclude<Answer, 'ask'>;

interface Answered {
  readonly id: string;
  /** What was written down; null for a skip. */
  readonly written: Promise<Fact | null>;
}

export interface Review {
  readonly list: ListLoader<ReviewItem>;
  /** What is asked now; undefined when nothing is left. */
  readonly item: ReviewItem | undefined;
  readonly next: ReviewItem | undefined;
  readonly left: number;
  readonly canUndo: boolean;
  /** `name` is the one that stays when two named people are one. */
  answer(answer: Given, name?: string): Promise<void>;
  undo(): Promise<void>;
}

const SAID: Readonly<Record<Given, string>> = {
  yes: 'Yes, noted.',
  no: 'No, noted for ever.',
  skip: 'Skipped for now.',
};

/** With fewer at hand, more are asked for. */
const FEW = 5;

/** The questions one after the other. An answer shows the next at once, while it is written down. */
export function useReview(): Review {
  const { api, changed, correct, notify } = useApp();
  const list = useList<ReviewItem>('review');
  const [answered, setAnswered] = useState<readonly Answered[]>([]);
  const open = list.items.filter(({ id }) => answered.every((one) => one.id !== id));
  useEffect(() => {
    if (open.length < FEW) list.loadMore();
  });
  const [item, next] = open;
  const drop = (id: string): void => {
    setAnswered((all) => all.filter((one) => one.id !== id));
  };
  const takeBack = async ({ id, written }: Answered): Promise<void> => {
    drop(id);
    const fact = await written;
    if (fact !== null) {
      await correct({ kind: 'undone', factId: fact.factId }, { said: 'Taken back.' });
      return;
    }
    try {
      await api.answer(id, 'ask');
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad' });
    }
    changed();
  };
  const undo = async (): Promise<void> => {
    const last = answered.at(-1);
    if (last !== undefined) await takeBack(last);
  };
  const answer = async (given: Given, name?: string): Promise<void> => {
    if (item === undefined) return;
    const { id } = item;
    const asked = api.answer(id, given, name);
    const done = {
      id,
      written: asked.then(
        ({ fact }) => fact,
        () => null,
      ),
    };
    setAnswered((all) => [...all, done]);
    try {
      const { wouldChange } = await asked;
      notify({
        text: SAID[given],
        tone: 'good',
        offer: offerToApply(wouldChange, { api, notify }),
        undo: () => takeBack(done),
      });
    } catch (error) {
      drop(id);
      notify({ text: wordsFor(error), tone: 'bad' });
    }
    if (given !== 'skip') changed();
  };
  const skipped = list.items.length - open.length;
  const left = Math.max(open.length, (list.total ?? 0) - skipped);
  return { list, item, next, left, canUndo: answered.length > 0, answer, undo };
}
