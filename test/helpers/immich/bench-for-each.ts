import type { Store } from '../../../src/store/store.ts';
import { startSinkBench, type SinkBench } from './sink-bench.ts';

/** Starts a bench on a new store before each test, and stops both after it. */
export function benchForEach(
  openStore: () => Promise<Store>,
  begin: (bench: SinkBench) => void,
  changes: Parameters<SinkBench['start']>[0] = {},
): void {
  let bench: SinkBench;

  beforeEach(async () => {
    bench = await startSinkBench(await openStore());
    await bench.start(changes);
    begin(bench);
  });

  afterEach(async () => {
    await bench.stop();
    await bench.store.close();
  });
}
