import { refusalOf } from '../../../src/immich/client/refusal.ts';

const CALL = { who: 'ada', method: 'PUT', url: 'http://immich/api/albums/1/assets' };

test.each([
  [400, { message: 'Not found or no albumAsset.create access' }, 'ASSET_GONE'],
  [400, { message: 'Album not found' }, 'ASSET_GONE'],
  [400, { message: 'Person not found' }, 'ASSET_GONE'],
  [400, { message: 'Cannot merge a person into themselves' }, 'IMMICH_REFUSED'],
  [400, { message: 'Validation failed', errors: [{ path: ['ids'] }] }, 'IMMICH_REFUSED'],
])('%d %j is %s', (status, body, code) => {
  expect(refusalOf(CALL, status, JSON.stringify(body))).toMatchObject({
    code,
    details: { status },
  });
});
