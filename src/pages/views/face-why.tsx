import type { JSX } from 'preact';

import type { CandidateDetails, FaceDetails } from '../api/types.ts';
import { personUrl } from '../app/place.ts';
import { notText, qualityText, ruleText } from '../app/plain-reasons.ts';
import { FaceImage } from '../parts/face-image.tsx';

/** Why the face is whose it is: in a sentence, and with every figure for who wants them. */
export function FaceWhy({ face }: { face: FaceDetails }): JSX.Element {
  const { candidates } = face.explanation;
  const hard = qualityText(face.quality.reasons);
  return (
    <div class="why">
      <p>{ruleText(face)}</p>
      {face.denied.length === 0 || face.rule === 'denied-by-user' ? null : (
        <p class="quiet-text">You said that it is not {notText(face)}.</p>
      )}
      {hard === '' ? null : <p class="quiet-text">Hard to tell: {hard}.</p>}
      <details>
        <summary>How was this decided?</summary>
        {candidates.length === 0 ? (
          <p>Nobody known came near when this photo was looked at.</p>
        ) : (
          <>
            <p>
              Compared with the nearest known faces. 0 would be the very same picture; the smaller
              the difference, the more alike.
            </p>
            <ul class="candidates">
              {candidates.map((candidate) => (
                <CandidateLine
                  key={candidate.personId}
                  candidate={candidate}
                  isIt={candidate.personId === face.personId}
                />
              ))}
            </ul>
          </>
        )}
        <WhyFigures face={face} />
      </details>
    </div>
  );
}

/** As far as the bar goes: differences beyond are those of strangers. */
const WHOLE_BAR = 0.8;

function CandidateLine(props: { candidate: CandidateDetails; isIt: boolean }): JSX.Element {
  const { candidate, isIt } = props;
  const { personId, name, evidenceDistance, limitDistance, voters, nearestFaceId } = candidate;
  const { confirmedVoters = 0 } = candidate;
  const share = (value: number): string => `${Math.min(100, (value / WHOLE_BAR) * 100)}%`;
  const isNear = evidenceDistance <= limitDistance;
  return (
    <li class={isIt ? 'candidate it' : 'candidate'}>
      <FaceImage faceId={nearestFaceId} sizePx={96} />
      <div>
        <a href={personUrl(personId)}>{name ?? 'No name yet'}</a>
        {isIt ? <span class="pill good">chosen</span> : null}
        <div class={isNear ? 'meter near' : 'meter'} aria-hidden="true">
          <span class="meter-value" style={{ width: share(evidenceDistance) }} />
          <span class="meter-limit" style={{ left: share(limitDistance) }} />
        </div>
        <span class="quiet-text">
          difference {evidenceDistance.toFixed(2)}, at most {limitDistance.toFixed(2)} allowed for{' '}
          {voters} {voters === 1 ? 'face' : 'faces'}
          {confirmedVoters > 0 ? `; ${confirmedVoters} of them confirmed, counted twice` : ''}
        </span>
      </div>
    </li>
  );
}

function WhyFigures({ face }: { face: FaceDetails }): JSX.Element {
  const { explanation, quality, score } = face;
  return (
    <dl class="figures">
      <dt>Allowed difference for one face, among 1,000 people</dt>
      <dd>{explanation.threshold.toFixed(2)}</dd>
      <dt>Must be nearer than others by</dt>
      <dd>{explanation.margin.toFixed(2)}</dd>
      <dt>How clear the face is</dt>
      <dd>{Math.round(quality.value * 100)} %</dd>
      <dt>How sure that it is a face</dt>
      <dd>{Math.round(score * 100)} %</dd>
    </dl>
  );
}
