import { notWritable } from '../../../src/store/sqlite/sqlite-error.ts';

test('a store that cannot be made says so without the words of a library', () => {
  const cause = new Error('ConnectionFailed("Unable to open connection to local database /x: 14")');
  const { message } = notWritable('/x', cause);
  expect(message).toContain('/x cannot be written: the file cannot be opened or made there');
  expect(message).not.toMatch(/ConnectionFailed|14/);
  expect(notWritable('/x', new Error('EACCES: permission denied')).message).toContain(
    'written: EACCES: permission denied. Set DATA_DIR',
  );
});
