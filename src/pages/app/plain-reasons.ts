import type { FaceDetails } from '../api/types.ts';
import { counted } from './words.ts';

const QUALITY: Readonly<Record<string, string>> = {
  small: 'it is small',
  blurred: 'it is blurred',
  turned: 'it is turned away',
  'low-score': 'it does not stand out well, as in the dark or half covered',
  'cut-off': 'it is cut off at the edge',
  'mirror-disagrees': 'it and its mirror image look unlike each other',
};

/** What makes the face hard to tell, as `it is small and it is blurred`; '' for a good one. */
export function qualityText(reasons: readonly string[]): string {
  return joined(reasons.map((reason) => QUALITY[reason] ?? reason.replaceAll('-', ' ')));
}

/** The rule by which the face is whose it is, in one or two plain sentences. */
export function ruleText(face: FaceDetails): string {
  if (face.ignored !== null) return `You left this face out: ${face.ignored}`;
  const words = RULES[face.rule];
  return words === undefined
    ? `Decided by the rule “${face.rule.replaceAll('-', ' ')}”.`
    : words(face, face.name ?? 'this person');
}

const RULES: Readonly<Record<string, (face: FaceDetails, name: string) => string>> = {
  matched: matchText,
  'new-person': () =>
    'It looked like nobody known at the time, so somebody new began with this face.',
  'assigned-by-user': (_face, name) => `You said that this is ${name}. That stays.`,
  'denied-by-user': (face) =>
    `You said that this is not ${notText(face)}, and nobody else looked close enough.`,
  'ignored-by-user': () => 'You left this face out.',
  'person-deleted-by-user': () => 'You deleted the person whom this face was taken for.',
  'kept-from-earlier-run': (_face, name) =>
    `It was ${name} when the photo was looked at before, and stays so.`,
  'not-seen-again': () =>
    'It was not found when the photo was looked at again. It stays because you decided about it.',
  imported: (_face, name) =>
    `It came as ${name} with a backup, and its photo has not been looked at here yet.`,
  'low-quality-unmatched': (face) =>
    `It looks like nobody known, and it is too poor to begin somebody new${because(face)}.`,
  'descriptor-refused': () => 'No usable picture of the face could be made.',
};

function matchText(face: FaceDetails, name: string): string {
  const best = face.explanation.candidates.find(({ personId }) => personId === face.personId);
  return best === undefined
    ? `It looks like other faces of ${name}.`
    : `It looks like ${counted(best.voters, 'other face')} of ${name}, and nobody else comes as close.`;
}

/** Whom the user said that the face is not, as `Ada and Bo`. */
export function notText({ denied }: Pick<FaceDetails, 'denied'>): string {
  return joined(denied.map(({ name }) => name ?? 'the person it was taken for'));
}

function because({ quality }: FaceDetails): string {
  const text = qualityText(quality.reasons);
  return text === '' ? '' : `: ${text}`;
}

export function joined(texts: readonly string[]): string {
  return texts.length < 2
    ? texts.join('')
    : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}
