import sharp from 'sharp';
import workerpool from 'workerpool';

import { messageOf, WorkerError } from '../errors.ts';
import { loadEngine } from '../nets/engines.ts';
import type { Answer, ChildOptions, VisionChild } from './child-protocol.ts';
import { cutPicture } from '../image/cut-picture.ts';
import { bytesOf, lookAtPhoto } from './look-at-photo.ts';
import { takenAtOf } from './taken-at.ts';

// Ctrl-C reaches the whole process group; the main process ends its children itself, after the
// photo in hand.
process.on('SIGINT', () => undefined);

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
sharp.concurrency(options.threads);
// Each photo is decoded once: what libvips would keep of it is memory for nothing.
sharp.cache(false);
const loading = loadEngine(options);
// Answered by the first call; without this an early failure would end the child unheard.
loading.catch(() => undefined);

const child: VisionChild = {
  greet: () => answer(async () => ({ pid: process.pid, engine: (await loading).choice })),
  look: (wish) =>
    answer(async () => {
      const seen = await lookAtPhoto(wish, (await loading).nets, options.look);
      const takenAt = wish.takenAt ?? (await takenAtOf(wish.source));
      return { seen: { ...seen, takenAt }, residentMiB: residentMiB() };
    }),
  cut: ({ source, ...wish }) =>
    answer(async () => {
      const { limits } = options.look;
      const picture = await cutPicture(await bytesOf(source, limits), wish, limits);
      return { picture, residentMiB: residentMiB() };
    }),
};

function residentMiB(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

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
