import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { wordsFor } from '../api/api-error.ts';
import type { ImportReport } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { counted, numberText } from '../app/words.ts';
import { Icon } from '../parts/icon.tsx';
import { View } from '../parts/view.tsx';

/** Takes people, names and corrections along to another installation, as one file. */
export function MovingView(): JSX.Element {
  const { api } = useApp();
  return (
    <View
      title="Backup"
      intro="People, names and corrections as one file: to keep, or to take along to another worker."
    >
      <div class="panels">
        <section class="panel" aria-labelledby="export-title">
          <h2 id="export-title">Save a backup</h2>
          <p>Everything that you said about people. Photos are not part of it.</p>
          <a class="button primary" href={api.exportUrl()} download="people.json">
            <Icon name="download" />
            Save a file
          </a>
        </section>
        <ImportPanel />
      </div>
    </View>
  );
}

function ImportPanel(): JSX.Element {
  const { api, changed, notify } = useApp();
  const [report, setReport] = useState<ImportReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    try {
      setReport(await api.import(JSON.parse(await file.text())));
      changed();
    } catch (error) {
      const text =
        error instanceof SyntaxError ? 'This is not a file that was saved here.' : wordsFor(error);
      notify({ text, tone: 'bad' });
    }
    setBusy(false);
  };
  return (
    <section class="panel" aria-labelledby="import-title">
      <h2 id="import-title">Restore a backup</h2>
      <p>
        A file that was saved here or on another worker. Faces are found again by their photos;
        nothing that is there already is lost.
      </p>
      <label class={isBusy ? 'button file busy' : 'button file'}>
        <Icon name="move" />
        {isBusy ? 'Bringing in…' : 'Choose a file'}
        <input
          type="file"
          accept="application/json,.json"
          disabled={isBusy}
          onChange={(event) => {
            void read(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </label>
      <div role="status">{report === null ? null : <Report report={report} />}</div>
    </section>
  );
}

function Report({ report }: { report: ImportReport }): JSX.Element {
  const { people, names, facts, faces, skipped } = report;
  return (
    <div class="report">
      <p class="strong">
        {counted(people, 'person', 'people')}, {counted(names, 'name')}, {counted(faces, 'face')}{' '}
        and {counted(facts, 'correction')} brought in.
      </p>
      <PhotosFound photos={report.photos} />
      {skipped.length === 0 ? null : (
        <details>
          <summary>{skipped.length} could not be brought in</summary>
          <ul>
            {skipped.map(({ what, reason }, i) => (
              <li key={i}>
                {what}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** How photos were found again, where that is not plain. */
function PhotosFound({ photos }: { photos: ImportReport['photos'] }): JSX.Element {
  const { otherId, waiting, waitingById } = photos;
  return (
    <>
      {otherId === 0 ? null : (
        <p>{counted(otherId, 'photo')} found again under another ID, as the same file.</p>
      )}
      {waiting === 0 ? null : (
        <p>
          {counted(waiting, 'photo')} not here yet. Their people come back with them: under the same
          ID, or as the same file.
        </p>
      )}
      {waitingById === 0 ? null : (
        <p>
          For {numberText(waitingById)} of them the file holds no checksum: only the same ID will
          do.
        </p>
      )}
    </>
  );
}
