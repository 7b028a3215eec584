import { oneLine } from '../../../src/image/one-line.ts';

test('what the decoder says several times of a damaged photo is told once', () => {
  const again = 'VipsJpeg: premature end of  JPEG image\n'.repeat(5);
  expect(oneLine(new Error(`${again}VipsJpeg: Corrupt data\n`))).toBe(
    'VipsJpeg: premature end of JPEG image; VipsJpeg: Corrupt data',
  );
});
