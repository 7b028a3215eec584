import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that goes with the test file's end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faces-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
