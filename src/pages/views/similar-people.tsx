import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { PersonDetails, PersonSummary } from '../api/types.ts';
import { useApp } from '../app/app.ts';
import { personUrl } from '../app/place.ts';
import { capital, nameOf } from '../app/words.ts';
import { PersonLine } from '../parts/person-tile.tsx';
import { MergeDialog } from './merge-dialog.tsx';

/** Others who look alike, with the reason, each to be made one with this person. */
export function SimilarPeople({ details }: { details: PersonDetails }): JSX.Element | null {
  const [other, setOther] = useState<PersonSummary | null>(null);
  const { correct } = useApp();
  if (details.similar.length === 0) return null;
  const tellApart = ({ personId }: PersonSummary): void => {
    const pair = { personA: details.person.personId, personB: personId };
    const said = 'Two different people, noted for ever.';
    void correct({ kind: 'people-distinct', ...pair }, { said, head: details.head });
  };
  return (
    <section class="similar" aria-labelledby="similar-title">
      <h2 id="similar-title">Could be the same person</h2>
      <ul class="similar-list">
        {details.similar.map(({ person, reason }) => (
          <li key={person.personId} class="similar-card">
            <a class="plain-link" href={personUrl(person.personId)}>
              <PersonLine person={person} />
            </a>
            <p class="reason">{capital(reason)}</p>
            <div class="actions">
              <button
                type="button"
                class="button small"
                aria-label={`Same person as ${nameOf(person)}?`}
                onClick={() => {
                  setOther(person);
                }}
              >
                Same…
              </button>
              <button
                type="button"
                class="button small quiet"
                aria-label={`Different from ${nameOf(person)}`}
                onClick={() => {
                  tellApart(person);
                }}
              >
                Different
              </button>
            </div>
          </li>
        ))}
      </ul>
      {other === null ? null : (
        <MergeDialog
          person={details.person}
          other={other}
          head={details.head}
          onClose={setOther.bind(null, null)}
          onDifferent={tellApart.bind(null, other)}
        />
      )}
    </section>
  );
}
