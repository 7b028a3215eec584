import { deniesRoute, refusalOf } from '../../../src/immich/client/refusal.ts';

const CALL = { who: 'ada', method: 'PUT', url: 'http://immich/api/albums/1/assets' };

test.each([
  [400, { message: 'Not found or no albumAsset.create access' }, 'ASSET_GONE'],
  [400, { message: 'Album not found' }, 'ASSET_GONE'],
  [400, { message: 'Person not found' }, 'ASSET_GONE'],
  [404, { message: 'Asset media not found', error: 'Not Found', statusCode: 404 }, 'ASSET_GONE'],
  // Newer versions of Immich leave out what the status says.
  [404, { message: 'Asset media not found' }, 'ASSET_GONE'],
  [404, { message: 'Person not found' }, 'ASSET_GONE'],
  [404, { message: 'Cannot PUT /api/albums/1/assets', statusCode: 404 }, 'IMMICH_UNAVAILABLE'],
  [404, { message: 'Not Found' }, 'IMMICH_UNAVAILABLE'],
  [404, { message: 'no Route matched with those values' }, 'IMMICH_UNAVAILABLE'],
  [404, { message: 'Route PUT:/api not found' }, 'IMMICH_UNAVAILABLE'],
  [404, {}, 'IMMICH_UNAVAILABLE'],
  [400, { message: 'Cannot merge a person into themselves' }, 'IMMICH_REFUSED'],
  [400, { message: 'Validation failed', errors: [{ path: ['ids'] }] }, 'IMMICH_REFUSED'],
])('%d %j is %s', (status, body, code) => {
  expect(refusalOf(CALL, status, JSON.stringify(body))).toMatchObject({
    code,
    details: { status },
  });
});

test.each(['404 page not found', '<html><h1>404 Not Found</h1></html>', '', 'null'])(
  '404 %j, which is none of Immich’s, is an outage',
  (text) => {
    expect(refusalOf(CALL, 404, text)).toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
  },
);

test('only what Nest says of a path denies a route', () => {
  const denies = (status: number, message: string): boolean =>
    deniesRoute(refusalOf(CALL, status, JSON.stringify({ message })));
  expect(denies(404, 'Cannot PUT /api/albums/1/assets')).toBe(true);
  expect(denies(404, 'Not Found')).toBe(false);
  expect(denies(400, 'Cannot merge a person into themselves')).toBe(false);
  expect(deniesRoute(new Error('Cannot PUT /api'))).toBe(false);
});
