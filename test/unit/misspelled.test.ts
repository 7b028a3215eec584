import { misspelled } from '../../src/config/misspelled.ts';
import { VARIABLE_NAMES } from '../../src/config/variables.ts';

test('a variable that is nearly a setting is told with the setting', () => {
  const environment = {
    REDIS_HOSTNMAE: 'a',
    MONGO_URI: 'b',
    IMMICH_API_KEY_FLIE: 'c',
    PROFIL: 'd',
    REDIS_HOST: 'e',
    MONGO_URL: 'f',
  };
  expect(misspelled(environment)).toEqual([
    { variable: 'REDIS_HOSTNMAE', meant: 'REDIS_HOSTNAME' },
    { variable: 'MONGO_URI', meant: 'MONGODB_URI' },
    { variable: 'IMMICH_API_KEY_FLIE', meant: 'IMMICH_API_KEY_FILE' },
    { variable: 'PROFIL', meant: 'PROFILE' },
    { variable: 'REDIS_HOST', meant: 'REDIS_HOSTNAME' },
    { variable: 'MONGO_URL', meant: 'MONGODB_URI' },
  ]);
});

test('settings themselves and what belongs to other programs are no misspellings', () => {
  const others = {
    PATH: '',
    HOME: '',
    DB_HOSTNAME: '',
    HTTP_PROXY: '',
    NO_PROXY: '',
    TZ: '',
    UPLOAD_LOCATION: '',
  };
  expect(misspelled({ ...others, REDIS_HOSTNAME: '', HTTP_PORT: '', DATA_DIR: '' })).toEqual([]);
});

test('every other name stands for a setting', () => {
  const found = misspelled(
    Object.fromEntries(
      ['HTTP_PASS', 'MEDIA_DIR', 'IMMICH_KEY', 'REDIS_DB'].map((name) => [name, '']),
    ),
  );
  expect(found.map(({ meant }) => VARIABLE_NAMES.includes(meant))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});
