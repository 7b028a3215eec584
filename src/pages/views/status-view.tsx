import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { Status } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { photoUrl } from '../app/place.ts';
import { doingText, failedText, fileNameOf, partText, timeLeftText } from '../app/status-words.ts';
import { dayAndTimeText, numberText } from '../app/words.ts';
import { Icon } from '../parts/icon.tsx';
import { LearnedLine } from '../parts/learned-line.tsx';
import { Failure, Loading } from '../parts/states.tsx';
import { View } from '../parts/view.tsx';

const REFRESH_MILLIS = 3000;

/** What the worker is doing, how long it will take, and what went wrong. */
export function StatusView(): JSX.Element {
  const { session } = useApp();
  const { status, error, refresh } = useStatus();
  return (
    <View
      title="Status"
      class="status-view"
      intro={status === null ? ' ' : doingText(status)}
      actions={
        status === null || !session.admin ? null : (
          <a class="button" href={status.bullBoard} target="_blank" rel="noopener">
            <Icon name="status" />
            All jobs in Bull Board
          </a>
        )
      }
    >
      {error === null ? null : <Failure error={error} retry={refresh} />}
      {status === null && error === null ? <Loading what="status" /> : null}
      {status === null ? null : (
        <>
          <Figures status={status} />
          <LearnedLine />
          <Failures status={status} refresh={refresh} />
          <Queues status={status} />
          <Parts status={status} />
        </>
      )}
    </View>
  );
}

function useStatus(): { status: Status | null; error: unknown; refresh: () => void } {
  const { api } = useApp();
  const [state, setState] = useState<{ status: Status | null; error: unknown }>({
    status: null,
    error: null,
  });
  const read = (): void => {
    api.status().then(
      (status) => {
        setState({ status, error: null });
      },
      (error: unknown) => {
        setState(({ status }) => ({ status, error }));
      },
    );
  };
  useEffect(() => {
    read();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') read();
    }, REFRESH_MILLIS);
    return () => {
      clearInterval(timer);
    };
  }, [api]);
  return { ...state, refresh: read };
}

function Figures({ status }: { status: Status }): JSX.Element {
  const { ratePerMinute, waiting, failed } = status;
  const rate =
    ratePerMinute < 10 ? ratePerMinute.toFixed(1) : numberText(Math.round(ratePerMinute));
  return (
    <dl class="big-figures">
      <div>
        <dt>Waiting</dt>
        <dd>{numberText(waiting)}</dd>
      </div>
      <div>
        <dt>Photos a minute</dt>
        <dd>{rate}</dd>
      </div>
      <div>
        <dt>Time left</dt>
        <dd>{timeLeftText(status)}</dd>
      </div>
      <div class={failed.count > 0 ? 'bad' : ''}>
        <dt>Could not be looked at</dt>
        <dd>{failedText(failed)}</dd>
      </div>
    </dl>
  );
}

function Failures(props: { status: Status; refresh: () => void }): JSX.Element | null {
  const { status, refresh } = props;
  const { api, notify } = useApp();
  if (status.failures.length === 0) return null;
  const retry = async (jobId: string): Promise<void> => {
    try {
      await api.retry(jobId);
      notify({ text: 'It will be tried again.', tone: 'good' });
    } catch (error) {
      notify({ text: wordsFor(error), tone: 'bad' });
    }
    refresh();
  };
  return (
    <section class="panel" aria-labelledby="failures-title">
      <h2 id="failures-title">Could not be looked at</h2>
      {status.failed.count === status.failures.length ? null : (
        <p class="quiet-text">
          {failedText(status.failed)} in all; these are the latest {status.failures.length}.
        </p>
      )}
      <ul class="failures">
        {status.failures.map(({ jobId, assetId, path, isKnown, code, message, at }) => (
          <li key={jobId} class="failure-line">
            <div>
              <p class="strong">
                <FailedPhoto assetId={assetId} path={path} isKnown={isKnown} />
              </p>
              {path === null ? null : <p class="quiet-text">{path}</p>}
              <p>{message}</p>
              <p class="quiet-text">
                <code>{code}</code> · {dayAndTimeText(at)}
              </p>
            </div>
            <button
              type="button"
              class="button small"
              aria-label={`Try again: ${failedName({ assetId, path })}`}
              onClick={() => void retry(jobId)}
            >
              Try again
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

type FailedPlace = Pick<Status['failures'][number], 'assetId' | 'path'>;

function failedName({ assetId, path }: FailedPlace): string {
  return path === null ? (assetId ?? 'a photo') : fileNameOf(path);
}

/** With a link where there is something to be seen. */
function FailedPhoto({ isKnown, ...place }: FailedPlace & { isKnown: boolean }): JSX.Element {
  const { assetId } = place;
  const name = failedName(place);
  return assetId === null || !isKnown ? <>{name}</> : <a href={photoUrl(assetId)}>{name}</a>;
}

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as const;

function Queues({ status }: { status: Status }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="queues-title">
      <h2 id="queues-title">Queues</h2>
      <div class="wide-table" role="group" aria-label="Table of queues" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              {STATES.map((state) => (
                <th key={state} scope="col" class="number">
                  {state}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {status.queues.map(({ name, counts }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {STATES.map((state) => (
                  <td key={state} class="number">
                    {numberText(counts[state] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What the worker runs with, in whatever form each part describes itself. */
function Parts({ status }: { status: Status }): JSX.Element {
  const parts = { Engine: status.engine, Store: status.store, Vision: status.vision };
  return (
    <section class="panel" aria-labelledby="parts-title">
      <h2 id="parts-title">Runs with</h2>
      <dl class="figures">
        <dt>Version</dt>
        <dd>{status.version}</dd>
        {Object.entries(parts).map(([name, part]) => (
          <div key={name} class="figure-pair">
            <dt>{name}</dt>
            <dd>{partText(part)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
