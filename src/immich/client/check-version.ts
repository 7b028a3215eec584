import type { Log } from '../../log.ts';
import type { ImmichVersion } from './version.ts';

/** Majors whose API was read or tried. */
const KNOWN_MAJORS = [2, 3];
/** The oldest of them that was. */
const OLDEST = { major: 2, minor: 7 };

/** Logs the server's version, with a warning for one that the worker was not made for. */
export function logVersion(version: ImmichVersion, log: Log): void {
  const text = `${version.major}.${version.minor}.${version.patch}`;
  const isOld =
    version.major < OLDEST.major ||
    (version.major === OLDEST.major && version.minor < OLDEST.minor);
  if (KNOWN_MAJORS.includes(version.major) && !isOld) {
    log.info({ version: text }, 'Immich answers');
    return;
  }
  log.warn(
    { version: text, known: '2.7 to 3.x' },
    'this version of Immich is not known to the worker, which may fail at it; look for a newer worker',
  );
}
