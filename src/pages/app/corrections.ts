import { ApiError, wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Corrected, Correction } from '../api/types.ts';
import type { App, CorrectOptions, Notice } from './app.ts';
import { takeBackFirst } from './take-back-first.ts';
import { counted } from './words.ts';

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
  /** Tells what others changed meanwhile and asks whether to go on. */
  readonly askAboutConflict: (since: readonly Since[]) => Promise<boolean>;
}

/** `App.correct`: a correction, its message with Undo, and the offer to apply what was learned. */
export function createCorrect(ports: CorrectionPorts): App['correct'] {
  const { notify, changed } = ports;
  const correct: App['correct'] = async (correction, options) => {
    let done: Corrected | null = null;
    try {
      done = await correctOne(correction, options.head, ports);
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
    offer: offerToApply(done.wouldChange, ports),
  });
  return correct;
}

async function correctOne(
  correction: Correction,
  head: number | undefined,
  { api, askAboutConflict }: CorrectionPorts,
): Promise<Corrected | null> {
  try {
    return await api.correct(correction, head);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'CORRECTION_OUTDATED') throw error;
    // Taken before the question: what comes while it is read is asked about again.
    const { head: newHead } = await api.session();
    if (!(await askAboutConflict(toSince(error.details)))) return null;
    return correctOne(correction, newHead, { api, askAboutConflict } as CorrectionPorts);
  }
}

function toSince(details: unknown): Since[] {
  const { since = [] } = (details ?? {}) as {
    since?: { fact: { at: string; by: string }; describe: string }[];
  };
  return since.map(({ fact, describe }) => ({ describe, at: fact.at, by: fact.by }));
}

/** Says how many other faces would change; undefined when none would. */
export function offerToApply(
  faces: number,
  { api, notify }: Pick<CorrectionPorts, 'api' | 'notify'>,
): Notice['offer'] {
  if (faces === 0) return undefined;
  return {
    text: `${counted(faces, 'other face')} would now go to somebody else.`,
    label: 'Apply',
    accept: async () => {
      try {
        const { jobs } = await api.reapply();
        notify({ text: `Looking at ${counted(jobs, 'photo')} again.`, tone: 'good' });
      } catch (error) {
        notify({ text: wordsFor(error), tone: 'bad' });
      }
    },
  };
}
