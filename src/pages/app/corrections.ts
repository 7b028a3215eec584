import { ApiError, wordsFor } from '../api/api-error.ts';
import type { Api } from '../api/api.ts';
import type { Corrected, Fact, PersonSummary } from '../api/types.ts';
import type { App, CorrectOptions, Notice } from './app.ts';
import { takeBackFirst } from './take-back-first.ts';

/** Something that happened since the person at the screen last looked. */
export interface Since {
  readonly describe: string;
  readonly at: string;
  readonly by: string;
}

/** Two named people who are to be one: which name stays is asked, and `write` is told. */
export interface Naming {
  readonly from: PersonSummary;
  readonly into: PersonSummary;
  readonly write: (chosen: { name: string | undefined; head: number }) => Promise<void>;
}

export interface CorrectionPorts extends Pick<
  App,
  'notify' | 'changed' | 'offerFor' | 'writeUnlessChanged'
> {
  readonly api: Api;
  readonly askForName: (naming: Naming) => void;
}

/** What a redo does again. */
type Merge = Readonly<Record<'from' | 'into', string>>;

/** `App.correct`: a correction, its message with Undo, and the offer to apply what was learned. */
export function createCorrect(ports: CorrectionPorts): App['correct'] {
  const { api, notify, changed, offerFor, askForName, writeUnlessChanged } = ports;
  const correct: App['correct'] = async (correction, options) => {
    let done: Corrected | null = null;
    try {
      done = await writeUnlessChanged((head) => api.correct(correction, head), options.head);
    } catch (error) {
      const merge = mergeToName(error);
      if (merge === null) {
        notify({ text: wordsFor(error), tone: 'bad', ...takeBackFirst(error, correct) });
      } else await askAndMerge(merge, options);
    }
    changed();
    if (done !== null) notify(doneNotice(done, options));
    return done;
  };

  /** Merges by the name that is chosen, when one is. */
  const askAndMerge = async ({ from, into }: Merge, options: CorrectOptions): Promise<void> => {
    const merge = { kind: 'people-merged', from, into } as const;
    try {
      const { people } = await api.preview({ ...merge, name: null });
      const [one, other] = people;
      if (one === undefined || other === undefined) return;
      const write: Naming['write'] = async ({ name = null, head }) => {
        await correct({ ...merge, name }, { ...options, head });
      };
      askForName({ from: one, into: other, write });
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad', ...takeBackFirst(error, correct) });
    }
  };

  const doneNotice = (done: Corrected, { said, link }: CorrectOptions): Notice => ({
    text: said,
    tone: 'good',
    link: link?.(done),
    undo: () => correct({ kind: 'undone', factId: done.fact.factId }, undoOptions(done)),
    undoLabel: done.takesBack ? 'Redo' : 'Undo',
    offer: offerFor(done),
  });
  return correct;
}

/** For the undoing of what was just done, or seen in a list: what came after it is told first. */
export function undoOptions(
  { fact, takesBack }: { readonly fact: Pick<Fact, 'sequence'>; readonly takesBack: boolean },
  head = fact.sequence,
): CorrectOptions {
  return { said: takesBack ? 'Done again.' : 'Undone.', head };
}

/**
 * `App.writeUnlessChanged`: what others changed of the same since `head` is told, with the question
 * whether to go on. What was written from here is known to whoever wrote it.
 */
export function createWriteUnlessChanged({
  api,
  askAboutConflict,
}: {
  readonly api: Api;
  /** Tells what others changed meanwhile and asks whether to go on. */
  readonly askAboutConflict: (since: readonly Since[]) => Promise<boolean>;
}): App['writeUnlessChanged'] {
  /** By their places. */
  const own = new Set<number>();
  const withOwn = (head: number): number => (own.has(head + 1) ? withOwn(head + 1) : head);
  const writeUnlessChanged: App['writeUnlessChanged'] = async (write, head) => {
    try {
      const written = await write(head === undefined ? undefined : withOwn(head));
      if (written.fact !== null) own.add(written.fact.sequence);
      return written;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'CORRECTION_OUTDATED') throw error;
      const since = sinceOf(error.details);
      const ofOthers = since.filter(({ fact }) => !own.has(fact.sequence));
      if (since.length > 0 && ofOthers.length === 0) {
        return writeUnlessChanged(write, Math.max(...since.map(({ fact }) => fact.sequence)));
      }
      // Taken before the question: what comes while it is read is asked about again.
      const { head: newHead } = await api.session();
      const told = ofOthers.map(({ fact, describe }) => ({ describe, at: fact.at, by: fact.by }));
      return (await askAboutConflict(told)) ? writeUnlessChanged(write, newHead) : null;
    }
  };
  return writeUnlessChanged;
}

type Outdating = readonly { readonly fact: Fact; readonly describe: string }[];

function sinceOf(details: unknown): Outdating {
  return ((details ?? {}) as { since?: Outdating }).since ?? [];
}

/** The merge that needs a name; null for any other error. */
function mergeToName(error: unknown): Merge | null {
  if (!(error instanceof ApiError) || error.code !== 'NAME_NEEDED') return null;
  return ((error.details ?? {}) as { merge?: Merge }).merge ?? null;
}
