import { ApiError } from '../api/api-error.ts';
import type { App, Notice } from './app.ts';

/** Offers to take back what stands in a refused correction's way; nothing for any other error. */
export function takeBackFirst(
  error: unknown,
  correct: App['correct'],
): Pick<Notice, 'undo' | 'undoLabel'> {
  const details = error instanceof ApiError ? error.details : undefined;
  const { undoFirst } = (details ?? {}) as { undoFirst?: { factId: string } };
  if (undoFirst === undefined) return {};
  const { factId } = undoFirst;
  return {
    undo: () => correct({ kind: 'undone', factId }, { said: 'Undone.' }),
    undoLabel: 'Take that back',
  };
}
