/** Sets up one native part: `node dist/scripts/native.js tfjs-node|canvas|test-database [--retry]`. */
import { messageOf } from '../src/errors.ts';
import { setUpCanvas } from './native/canvas.ts';
import { setUpTestDatabase } from './native/test-database.ts';
import { setUpTfjsNode } from './native/tfjs-node.ts';

const PARTS = new Map<string, (retry: boolean) => Promise<void>>([
  ['tfjs-node', setUpTfjsNode],
  ['canvas', setUpCanvas],
  ['test-database', setUpTestDatabase],
]);

async function main(): Promise<void> {
  const [part = '', ...flags] = process.argv.slice(2);
  const setUp = PARTS.get(part);
  if (setUp === undefined || flags.some((flag) => flag !== '--retry')) {
    throw new Error(
      `expected one of ${[...PARTS.keys()].join(', ')} and at most --retry, but got '${process.argv.slice(2).join(' ')}'`,
    );
  }
  await setUp(flags.length > 0);
}

main().catch((error: unknown) => {
  console.error(`setup: ${messageOf(error)}`);
  process.exitCode = 1;
});
