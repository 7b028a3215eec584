import { ApiError, wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Corrected } from '../api/types.ts';
import type { App, CorrectOptions, Notice } from './app.ts';
import { takeBackFirst } from './take-back-first.ts';

/** Something that happened since the person at the screen last looked. */
export interface Since {
  readonly describe: string;
  readonly at: string;
  readonly by: string;
}

export interface CorrectionPorts {
  readonly api: Api;
  readonly notify: App['notify'];
  readonly changed: App['changed'];
  readonly offerFor: App['offerFor'];
  /** Tells what others changed meanwhile and asks whether to go on. */
  readonly askAboutConflict: (since: readonly Since[]) => Promise<boolean>;
}

/** `App.correct`: a correction, its message with Undo, and the offer to apply what was learned. */
export function createCorrect(ports: CorrectionPorts): App['correct'] {
  const { api, notify, changed, offerFor } = ports;
  const writeUnlessChanged = createWriteUnlessChanged(ports);
  const correct: App['correct'] = async (correction, options) => {
    let done: Corrected | null = null;
    try {
      done = await writeUnlessChanged((head) => api.correct(correction, head), options.head);
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad', ...takeBackFirst(error, correct) });
    }
    changed();
    if (done !== null) notify(doneNotice(done, options));
    return done;
  };

  const doneNotice = (done: Corrected, { said, link }: CorrectOptions): Notice => ({
    text: said,
    tone: 'good',
    link: link?.(done),
    undo: () => correct({ kind: 'undone', factId: done.fact.factId }, { said: 'Undone.' }),
    undoLabel: done.fact.body.kind === 'undone' ? 'Redo' : 'Undo',
    offer: offerFor(done),
  });
  return correct;
}

/** `App.writeUnlessChanged`: what others changed of the same since `head` is told, with the question whether to go on. */
export function createWriteUnlessChanged({
  api,
  askAboutConflict,
}: Pick<CorrectionPorts, 'api' | 'askAboutConflict'>): App['writeUnlessChanged'] {
  const writeUnlessChanged: App['writeUnlessChanged'] = async (write, head) => {
    try {
      return await write(head);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'CORRECTION_OUTDATED') throw error;
      // Taken before the question: what comes while it is read is asked about again.
      const { head: newHead } = await api.session();
      if (!(await askAboutConflict(toSince(error.details)))) return null;
      return writeUnlessChanged(write, newHead);
    }
  };
  return writeUnlessChanged;
}

function toSince(details: unknown): Since[] {
  const { since = [] } = (details ?? {}) as {
    since?: { fact: { at: string; by: string }; describe: string }[];
  };
  return since.map(({ fact, describe }) => ({ describe, at: fact.at, by: fact.by }));
}
