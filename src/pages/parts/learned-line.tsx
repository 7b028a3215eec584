import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { learnedText } from '../app/learning.ts';
import { useResource } from '../app/use-resource.ts';

/** The offer to apply what corrections have taught, for who has put it away or comes later. */
export function LearnedLine(): JSX.Element | null {
  const { api, applyLearned } = useApp();
  const { data } = useResource('learned', () => api.learned());
  const faces = data?.faces ?? 0;
  if (faces === 0) return null;
  return (
    <p class="learned-line">
      <span>{learnedText(faces)}</span>
      <button type="button" class="button small" onClick={() => void applyLearned(faces)}>
        Apply
      </button>
    </p>
  );
}
