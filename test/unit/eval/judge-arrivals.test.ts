import { judgeArrivals } from '../../../scripts/eval/identification/judge-arrivals.ts';
import { makeFaceRecord } from '../../helpers/records.ts';

/** Each word is an arriving photo: whom it shows, and whom it was given to, `-` unknown, `x` no face. */
function judge(text: string): string[] {
  const words = text.split(' ');
  const photos = words.map(([person = '']) => ({
    path: '',
    person: person === '?' ? null : person,
  }));
  const arrivals = words.map(([, given = ''], photo) => ({
    photo,
    face: given === 'x' ? null : makeFaceRecord({ personId: given === '-' ? null : given }),
  }));
  return judgeArrivals(arrivals, photos).map(({ judgement }) => judgement);
}

test('founding and joining the same person is right', () => {
  expect(judge('a1 a1 b2 a1')).toEqual(['right', 'right', 'right', 'right']);
});

test('founding a second person for somebody known is a split, joining it later is right', () => {
  expect(judge('a1 a2 a2 a1')).toEqual(['right', 'split', 'right', 'right']);
});

test('joining somebody else is a mixture, for the known and for strangers', () => {
  expect(judge('a1 b1 b2 b1')).toEqual(['right', 'mixed', 'split', 'right']);
  expect(judge('a1 a1 b1 b1')).toEqual(['right', 'right', 'mixed', 'mixed']);
});

test('photos without a face or a person make nobody known', () => {
  expect(judge('ax a- a1 ax a-')).toEqual(['no-face', 'unknown', 'right', 'no-face', 'unknown']);
});

test('a person of whom no labelled photo tells is nobody yet', () => {
  expect(judge('?1 a1 a1')).toEqual(['right', 'right']);
});
