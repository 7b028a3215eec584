import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { HistoryEntry } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { undoOptions } from '../app/corrections.ts';
import { photoUrl } from '../app/place.ts';
import { useList } from '../app/use-list.ts';
import { capital, longDayText, saidText } from '../app/words.ts';
import { FaceImage } from '../parts/face-image.tsx';
import { Icon } from '../parts/icon.tsx';
import { LearnedLine } from '../parts/learned-line.tsx';
import { Empty, ListState, Loading } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';

/** Everything that was corrected, newest first, each to be taken back. */
export function HistoryView(): JSX.Element {
  const list = useList<HistoryEntry>('history');
  const head = list.items[0]?.fact.sequence ?? 0;
  return (
    <View
      title="History"
      intro="Everything that was corrected. Each can be taken back, in any order."
    >
      <LearnedLine />
      <ListState list={list} what="history" />
      {list.total === 0 ? (
        <Empty icon="history" title="Nothing has been corrected yet">
          <p>Names, merges and everything else you say will be listed here.</p>
        </Empty>
      ) : null}
      {byDay(list.items).map(([day, entries]) => (
        <section key={day} class="history-day" aria-label={day}>
          <h2>{day}</h2>
          <ul class="history">
            {entries.map((entry) => (
              <HistoryLine key={entry.fact.factId} entry={entry} head={head} />
            ))}
          </ul>
        </section>
      ))}
      {list.hasMore ? (
        <MoreWhenSeen
          onSeen={() => {
            list.loadMore();
          }}
        />
      ) : null}
    </View>
  );
}

function byDay(entries: readonly HistoryEntry[]): [string, HistoryEntry[]][] {
  const days = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const day = longDayText(entry.fact.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}

/** `head`: the newest that the list shows. */
function HistoryLine({ entry, head }: { entry: HistoryEntry; head: number }): JSX.Element {
  const { correct } = useApp();
  const { fact, describe, undone, takesBack, faces, reason } = entry;
  const label = takesBack ? 'Redo' : 'Undo';
  return (
    <li class={undone ? 'history-line undone' : 'history-line'}>
      <div class="history-faces">
        {faces.map(({ faceId, assetId }, i) => (
          <a
            key={faceId}
            href={photoUrl(assetId, faceId)}
            aria-label={`Face ${i + 1}: open its photo`}
          >
            <FaceImage faceId={faceId} sizePx={96} />
          </a>
        ))}
      </div>
      <div class="history-words">
        <p>{capital(describe)}</p>
        {reason === null ? null : <p class="quiet-text">{reason}</p>}
        <p class="quiet-text">
          <time dateTime={fact.at}>{saidText(fact.at, fact.by)}</time>
        </p>
      </div>
      {undone ? (
        <span class="pill">{takesBack ? 'Redone' : 'Undone'}</span>
      ) : (
        <button
          type="button"
          class={takesBack ? 'button small redo' : 'button small'}
          aria-label={`${label}: ${describe}`}
          onClick={() => {
            void correct({ kind: 'undone', factId: fact.factId }, undoOptions(entry, head));
          }}
        >
          <Icon name="undo" />
          {label}
        </button>
      )}
    </li>
  );
}

/** Asks for more as its place comes near the window. */
function MoreWhenSeen({ onSeen }: { onSeen: () => void }): JSX.Element {
  const [mark, setMark] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (mark === null) return undefined;
    const seen = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) onSeen();
      },
      { rootMargin: '600px' },
    );
    seen.observe(mark);
    return () => {
      seen.disconnect();
    };
  });
  return (
    <div ref={setMark}>
      <Loading what="more" />
    </div>
  );
}
