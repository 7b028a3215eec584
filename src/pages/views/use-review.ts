import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { Answer, Fact, ReviewItem } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { offerToApply } from '../app/corrections.ts';
import type { ListLoader } from '../app/list-loader.ts';
import { useList } from '../app/use-list.ts';

interface Given {
  readonly id: string;
  readonly fact: Fact | null;
}

export interface Review {
  readonly list: ListLoader<ReviewItem>;
  /** What is asked now; undefined when nothing is left. */
  readonly item: ReviewItem | undefined;
  readonly next: ReviewItem | undefined;
  readonly left: number;
  readonly canUndo: boolean;
  answer(answer: Answer): Promise<void>;
  undo(): Promise<void>;
}

const SAID: Readonly<Record<Answer, string>> = {
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
  const [answered, setAnswered] = useState<readonly Given[]>([]);
  const open = list.items.filter(({ id }) => answered.every((one) => one.id !== id));
  useEffect(() => {
    if (open.length < FEW) list.loadMore();
  });
  const [item, next] = open;
  const takeBack = (): Given | undefined => {
    setAnswered((all) => all.slice(0, -1));
    return answered.at(-1);
  };
  const undo = async (): Promise<void> => {
    const last = takeBack();
    if (last?.fact != null) {
      await correct([{ kind: 'undone', factId: last.fact.factId }], { said: 'Taken back.' });
    }
  };
  const answer = async (given: Answer): Promise<void> => {
    if (item === undefined) return;
    const { id } = item;
    setAnswered((all) => [...all, { id, fact: null }]);
    try {
      const { fact, wouldChange } = await api.answer(id, given);
      setAnswered((all) => all.map((one) => (one.id === id ? { id, fact } : one)));
      notify({
        text: SAID[given],
        tone: 'good',
        offer: offerToApply(wouldChange, { api, notify }),
        undo: async () => {
          setAnswered((all) => all.filter((one) => one.id !== id));
          if (fact === null) return;
          await correct([{ kind: 'undone', factId: fact.factId }], { said: 'Taken back.' });
        },
      });
    } catch (error) {
      setAnswered((all) => all.filter((one) => one.id !== id));
      notify({ text: wordsFor(error), tone: 'bad' });
    }
    if (given !== 'skip') changed();
  };
  const skipped = list.items.length - open.length;
  const left = Math.max(open.length, (list.total ?? 0) - skipped);
  return { list, item, next, left, canUndo: answered.length > 0, answer, undo };
}
