import { note, run, type CommandResult } from './run.ts';
import { pip, venvPython } from './python.ts';

const VERSION = '0.7.0b3';

/** Installs SecantusDB, a MongoDB-compatible server for the store's tests, into .cache/venv. */
export async function setUpTestDatabase(): Promise<void> {
  if ((await importIt()).ok) {
    note(`SecantusDB ${VERSION} is there`);
    return;
  }
  note(`SecantusDB ${VERSION} from PyPI, used by the tests only`);
  const installed = await pip(['install', '--pre', `secantusdb==${VERSION}`], {
    log: 'secantusdb',
    timeoutMillis: 300_000,
  });
  const result = installed.ok ? await importIt() : installed;
  note(
    result.ok
      ? 'installed'
      : `it could not be installed, so the MongoDB tests will fail: ${result.reason}; a server named by MONGODB_TEST_URI or mongod on the PATH does as well`,
  );
}

function importIt(): Promise<CommandResult> {
  const check = `from importlib.metadata import version; import secantus; assert version('secantusdb') == '${VERSION}'`;
  return run({
    log: 'secantusdb-import',
    argv: [venvPython(), '-c', check],
    timeoutMillis: 60_000,
  });
}
