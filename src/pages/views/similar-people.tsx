import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { PersonDetails, PersonSummary } from '../api/types.ts';
import { personUrl } from '../app/place.ts';
import { PersonLine } from '../parts/person-tile.tsx';
import { MergeDialog } from './merge-dialog.tsx';

/** Others who look alike, with the reason, each to be made one with this person. */
export function SimilarPeople({ details }: { details: PersonDetails }): JSX.Element | null {
  const [other, setOther] = useState<PersonSummary | null>(null);
  if (details.similar.length === 0) return null;
  return (
    <section class="similar" aria-labelledby="similar-title">
      <h2 id="similar-title">Could be the same person</h2>
      <ul class="similar-list">
        {details.similar.map(({ person, reason }) => (
          <li key={person.personId} class="similar-card">
            <a class="plain-link" href={personUrl(person.personId)}>
              <PersonLine person={person} />
            </a>
            <p class="reason">{reason}</p>
            <button
              type="button"
              class="button small"
              aria-label={`Same person as ${person.name ?? 'this one without a name'}?`}
              onClick={() => {
                setOther(person);
              }}
            >
              Same person?
            </button>
          </li>
        ))}
      </ul>
      {other === null ? null : (
        <MergeDialog
          person={details.person}
          other={other}
          head={details.head}
          onClose={() => {
            setOther(null);
          }}
        />
      )}
    </section>
  );
}
