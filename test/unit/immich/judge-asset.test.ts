import type { ImmichAsset } from '../../../src/immich/client/assets.ts';
import { judgeAsset, pictureOf, type JudgeRules } from '../../../src/immich/source/judge-asset.ts';
import type { KnownAsset } from '../../../src/immich/source/ports.ts';

const rules: JudgeRules = {
  model: 'face-api.1',
  ignoreBefore: null,
  freshSince: new Date('2026-05-01T12:00:00Z'),
};

function asset(changes: Partial<ImmichAsset> = {}): ImmichAsset {
  return {
    id: 'a',
    ownerId: 'ada',
    type: 'IMAGE',
    checksum: 'c1',
    thumbhash: 't1',
    originalPath: '/data/a.jpg',
    visibility: 'timeline',
    isTrashed: false,
    isOffline: false,
    isEdited: false,
    createdAt: '2026-05-01T12:30:00Z',
    updatedAt: '2026-05-01T12:30:01Z',
    ...changes,
  };
}

function known(changes: Partial<KnownAsset> = {}): KnownAsset {
  const picture = pictureOf(asset());
  return {
    ...{ assetId: 'a', picture, model: 'face-api.1', jobs: 1, seenPass: 0, gone: false },
    ...changes,
  };
}

function external(fileModifiedAt: string): ImmichAsset {
  return asset({ libraryId: 'l1', fileModifiedAt });
}

test.each([
  ['a fresh upload', asset(), undefined, 'look upload'],
  ['an old one', asset({ createdAt: '2020-01-01T00:00:00Z' }), undefined, 'look backfill'],
  ['one of 2.x without createdAt', asset({ createdAt: undefined }), undefined, 'look upload'],
  ['a video', asset({ type: 'VIDEO' }), undefined, 'look upload'],
  ['a sound', asset({ type: 'AUDIO' }), undefined, 'nothing'],
  ['the video half of a motion photo', asset({ visibility: 'hidden' }), undefined, 'nothing'],
  ['one in the trash that nobody knew', asset({ isTrashed: true }), undefined, 'nothing'],
  ['a tagged, archived or renamed one', asset({ visibility: 'archive' }), known(), 'nothing'],
  ['one whose preview is made anew', asset({ thumbhash: 't2' }), known(), 'nothing'],
  ['a replaced one', asset({ checksum: 'c2' }), known(), 'look rerun'],
  ['an edited one', asset({ isEdited: true }), known(), 'look rerun'],
  [
    'one edited once more',
    asset({ isEdited: true, thumbhash: 't2' }),
    known({ picture: pictureOf(asset({ isEdited: true })) }),
    'look rerun',
  ],
  ['one of older descriptors', asset(), known({ model: 'face-api.0' }), 'look backfill'],
  ['a trashed one', asset({ isTrashed: true }), known(), 'remove'],
  ['a locked one', asset({ visibility: 'locked' }), known(), 'remove'],
  ['one that stays in the trash', asset({ isTrashed: true }), known({ gone: true }), 'remove'],
  [
    'a file of an external library, changed',
    external('2026-02-02'),
    known({ picture: pictureOf(external('2026-01-01')) }),
    'look rerun',
  ],
  [
    'one of an external library, unchanged',
    external('2026-01-01'),
    known({ picture: pictureOf(external('2026-01-01')) }),
    'nothing',
  ],
  [
    'an upload whose file has another time',
    asset({ fileModifiedAt: '2026-02-02' }),
    known(),
    'nothing',
  ],
  ['a restored one', asset(), known({ gone: true }), 'look rerun'],
] as const)('%s', (_what, given, former, expected) => {
  const verdict = judgeAsset(given, former, rules);
  expect([verdict.kind, ...(verdict.kind === 'look' ? [verdict.source] : [])].join(' ')).toBe(
    expected,
  );
});

test('what was there before is left alone when that is wished, unless it is known', () => {
  const ignoring = { ...rules, ignoreBefore: new Date('2026-01-01') };
  const old = asset({ createdAt: '2025-12-31T23:59:59Z' });
  expect(judgeAsset(old, undefined, ignoring)).toEqual({ kind: 'nothing' });
  expect(judgeAsset(old, known({ picture: 'other' }), ignoring)).toMatchObject({ kind: 'look' });
});
