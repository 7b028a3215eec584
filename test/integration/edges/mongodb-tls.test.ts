/**
 * Real here: TLS, its certificates and SCRAM-SHA-256 over the wire, from the mongodb driver to a
 * server that speaks MongoDB's protocol (SecantusDB has both built in; no proxy stands between).
 */
import { inspect } from 'node:util';

import pino from 'pino';

import { openMongoStore } from '../../../src/store/mongodb/open-mongo-store.ts';
import { selfSigned, signedBy, type Certificate } from '../../helpers/certificates.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startTlsMongo, type TlsMongo } from '../../helpers/tls-mongodb.ts';

const USER = { name: 'faces', password: 'tls/pass+word@%3A' };

describe('MongoDB over TLS with a user and a password', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let authority: Certificate;
  let stranger: Certificate;
  let mongo: TlsMongo;
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });

  const start = (certificate: Certificate): Promise<TlsMongo> =>
    startTlsMongo({ folder: folder.path, certificate, authority, user: USER });

  beforeAll(async () => {
    folder = await tempFolder();
    authority = await selfSigned(folder.path, 'authority');
    stranger = await selfSigned(folder.path, 'stranger');
    mongo = await start(await signedBy(authority, { folder: folder.path, name: 'server' }));
  }, 180_000);
  afterAll(async () => {
    await mongo.stop();
    await folder.remove();
  });

  const login = (password: string): string => `${USER.name}:${encodeURIComponent(password)}`;

  function uri(changes: { host?: string; login?: string; options?: string } = {}): string {
    const { host = mongo.host, options = `&tls=true&tlsCAFile=${authority.certFile}` } = changes;
    const query = `directConnection=true&authSource=admin&serverSelectionTimeoutMS=2000${options}`;
    return `mongodb://${changes.login ?? login(USER.password)}@${host}/edges?${query}`;
  }

  /** How the store refuses to open; neither error nor log hold the password in any form. */
  async function refusal(address: string, password = USER.password): Promise<string> {
    const error = await openMongoStore({ uri: address, log }).then(
      async (store) => {
        await store.close();
        return 'opened';
      },
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/^STORE_|^CONFIG_/) as string });
    const seen = inspect(error, { depth: 20, showHidden: true }) + lines.join('');
    for (const secret of [password, encodeURIComponent(password)]) {
      expect(seen).not.toContain(secret);
    }
    return (error as { line: string }).line;
  }

  test('a photo is committed and read', async () => {
    const store = await openMongoStore({ uri: uri(), log });
    const record = makePhotoRecord();
    expect(await store.commitPhoto(record, null)).toBe('committed');
    expect(await store.findPhoto(record.ownerId, record.assetId)).toEqual(record);
    await store.close();
    expect(lines.join('')).not.toContain(encodeURIComponent(USER.password));
  }, 60_000);

  test('an authority that did not sign it, or none, is refused by name', async () => {
    const byStranger = uri({ options: `&tls=true&tlsCAFile=${stranger.certFile}` });
    expect(await refusal(byStranger)).toMatch(/^\[STORE_UNAVAILABLE\].*certificate/);
    expect(await refusal(uri({ options: '&tls=true' }))).toMatch(
      /^\[STORE_UNAVAILABLE\].*certificate/,
    );
    expect(await refusal(uri({ options: '&tls=true&tlsCAFile=/nonexistent.pem' }))).toMatch(
      /^\[STORE_UNAVAILABLE\].*nonexistent\.pem/,
    );
  }, 60_000);

  test('a wrong password, an unknown user and plain speech are refused', async () => {
    const wrong = 'wrong-password-7';
    expect(await refusal(uri({ login: login(wrong) }), wrong)).toMatch(
      /^\[STORE_UNAVAILABLE\].*refuses the login/,
    );
    expect(await refusal(uri({ login: `nobody:${wrong}` }), wrong)).toMatch(
      /^\[STORE_UNAVAILABLE\].*refuses the login/,
    );
    expect(await refusal(uri({ options: '' }))).toMatch(/^\[STORE_UNAVAILABLE\]/);
    const noLogin = uri().replace(/\/\/[^@]+@/, '//');
    expect(await refusal(noLogin)).toMatch(/^\[STORE_UNAVAILABLE\]/);
  }, 60_000);

  test('an address that cannot be read is refused without its password', async () => {
    const malformed = uri({ login: `${USER.name}:per%cent@and@more` });
    expect(await refusal(malformed, 'per%cent@and')).toMatch(/^\[CONFIG_INVALID\]/);
  });

  test.each<[string, () => Promise<Certificate>, RegExp]>([
    [
      'expired',
      () => signedBy(authority, { folder: folder.path, name: 'expired', days: -1 }),
      /certificate has expired/,
    ],
    ['self-signed', () => selfSigned(folder.path, 'alone'), /self-signed certificate/],
    [
      "another host's",
      () => signedBy(authority, { folder: folder.path, name: 'other', hosts: 'DNS:other.test' }),
      /does not match certificate/,
    ],
  ])(
    'a server whose certificate is %s is refused',
    async (_name, makeCertificate, reason) => {
      const server = await start(await makeCertificate());
      try {
        const said = await refusal(uri({ host: server.host }));
        expect(said).toMatch(/^\[STORE_UNAVAILABLE\]/);
        expect(said).toMatch(reason);
      } finally {
        await server.stop();
      }
    },
    180_000,
  );
});
