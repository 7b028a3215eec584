import { logVersion } from '../../../src/immich/client/check-version.ts';
import type { Log } from '../../../src/log.ts';

/** What the log says of the version, by its level. */
function said(version: string): [string, unknown, string][] {
  const [major, minor, patch] = version.split('.').map(Number) as [number, number, number];
  const lines: [string, unknown, string][] = [];
  const at =
    (level: string) =>
    (about: unknown, words: string): void =>
      void lines.push([level, about, words]);
  logVersion({ major, minor, patch }, { info: at('info'), warn: at('warn') } as unknown as Log);
  return lines;
}

test.each(['2.7.0', '2.7.5', '3.0.0', '3.1.0', '3.2.2', '3.9.0'])('%s is known', (version) => {
  expect(said(version)).toEqual([['info', { version }, 'Immich answers']]);
});

test.each(['1.144.1', '2.6.3', '4.0.0', '10.1.0'])('%s is warned of', (version) => {
  expect(said(version)).toEqual([
    ['warn', { version, known: '2.7 to 3.x' }, expect.stringContaining('look for a newer worker')],
  ]);
});
