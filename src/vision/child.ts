import workerpool from 'workerpool';

import { messageOf, WorkerError } from '../errors.ts';
import { loadEngine } from '../nets/engines.ts';
import type { Answer, ChildOptions, VisionChild } from './child-protocol.ts';
import { lookAtPhoto } from './look-at-photo.ts';

// Ctrl-C reaches the whole process group; the main process ends its children itself, after the
// photo in hand.
process.on('SIGINT', () => undefined);

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const loading = loadEngine(options);
// Answered by the first call; without this an early failure would end the child unheard.
loading.catch(() => undefined);

const child: VisionChild = {
  engine: () => answer(async () => (await loading).choice),
  look: (path) => answer(async () => lookAtPhoto(path, (await loading).nets, options.look)),
};

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof WorkerError)
      return { ok: false, code: error.code, message: error.message };
    return { ok: false, code: null, message: messageOf(error) };
  }
}

workerpool.worker({ ...child });
