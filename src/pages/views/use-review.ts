import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { Answer, Fact, ReviewItem } from '../api/types.ts';
import { useApp } from '../app/app.ts';
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
  /** `name` is the one that stays when two named people are one, of those seen at `head`. */
  answer(answer: Given, chosen?: { name: string | undefined; head: number }): Promise<void>;
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
  const { api, changed, correct, notify, offerFor, writeUnlessChanged } = useApp();
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
      const { factId, sequence: head } = fact;
      await correct({ kind: 'undone', factId }, { said: 'Taken back.', head });
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
  const answer: Review['answer'] = async (given, chosen) => {
    if (item === undefined) return;
    const { id } = item;
    const asked = writeUnlessChanged(
      (head) => api.answer(id, given, { name: chosen?.name, head }),
      chosen?.head,
    );
    const done = { id, written: factOf(asked) };
    setAnswered((all) => [...all, done]);
    try {
      const told = await asked;
      if (told === null) drop(id);
      else {
        const offer = told.fact === null ? undefined : offerFor(told);
        notify({ text: SAID[given], tone: 'good', offer, undo: () => takeBack(done) });
      }
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

/** What was written down; null where nothing was. */
async function factOf(asked: Promise<{ readonly fact: Fact | null } | null>): Promise<Fact | null> {
  return (await asked.catch(() => null))?.fact ?? null;
}
