import path from 'node:path';

import fastq from 'fastq';

import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { Log } from '../log.ts';
import type { EngineChoice } from '../nets/engines.ts';
import type { DetectorName, EngineName } from '../nets/net.ts';
import { throwIfAborted } from './child-end.ts';
import { ChildSlot, type ChildSlotOptions, type ReplacedBecause } from './child-slot.ts';
import type { CutWish } from './child-protocol.ts';
import type { LookWish, PhotoSource } from './look-at-photo.ts';
import type { VisionPlan } from './plan.ts';

export interface VisionPoolOptions {
  readonly plan: VisionPlan;
  readonly engine: EngineName | 'auto';
  readonly detector: {
    readonly kind: DetectorName;
    readonly minScore: number;
    readonly tinyInputPx: number;
  };
  readonly weightsDir: string;
  readonly limits: { readonly maxPhotoBytes: number; readonly maxPhotoPixels: number };
  readonly photoDeadlineMillis: number;
  /** Photos after which a child is replaced; 0: never for that. */
  readonly recyclePhotos: number;
  readonly log: Log;
  /** Called for each child that was replaced. */
  readonly onReplaced?: ((reason: ReplacedBecause) => void) | undefined;
  /** The children's environment: they meet strangers' files and need no password; default: ours. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The compiled child; tests name it, since they run from the sources. */
  readonly childScript?: string;
}

/** Child processes that decode photos and run the nets, so that the main process never computes. */
export interface VisionPool {
  readonly engine: EngineChoice;
  /**
   * Looks at a photo in a child; `isUpright` and `takenAt` where they are known though its file does not
   * say them.
   * Rejects with the photo's own error; with VISION_DEADLINE,
   * VISION_MEMORY, VISION_CHILD_KILLED or VISION_CHILD_EXITED when the photo ended its child; with
   * JOB_ABORTED when `signal` fires; with VISION_FAILED for a fault of ours.
   */
  see(
    source: PhotoSource,
    signal: AbortSignal,
    known?: Omit<LookWish, 'source'>,
  ): Promise<SeenPhoto>;
  /**
   * A picture (WebP) of a photo or of a face on it, cut in a child before the photos that wait,
   * since somebody looks at a page. Rejects as `see` does.
   */
  cut(wish: CutWish, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Starts the children and loads the nets in the first of them; rejects when that fails. */
export async function createVisionPool(options: VisionPoolOptions): Promise<VisionPool> {
  const first = new ChildSlot(slotOptions(options, options.engine));
  try {
    const { engine } = await first.greet();
    if (engine.warning !== undefined) options.log.warn({ engine: engine.name }, engine.warning);
    const free = [first];
    // All children run what the first one found to be the fastest.
    while (free.length < options.plan.children) {
      free.push(new ChildSlot(slotOptions(options, engine.name)));
    }
    const slots = [...free];
    const waiting = fastq.promise(
      (call: Call<unknown>) => useFreeSlot(call, free),
      options.plan.children,
    );
    return {
      engine,
      see: (source, signal, known = { isUpright: false }) =>
        waiting.push({
          use: (slot) => slot.look({ source, ...known }, signal),
          signal,
        }) as Promise<SeenPhoto>,
      cut: (wish, signal) =>
        waiting.unshift({ use: (slot) => slot.cut(wish, signal), signal }) as Promise<Uint8Array>,
      close: async () => {
        await Promise.all(slots.map((slot) => slot.close()));
      },
    };
  } catch (error) {
    await first.close();
    throw error;
  }
}

interface Call<T> {
  readonly use: (slot: ChildSlot) => Promise<T>;
  readonly signal: AbortSignal;
}

async function useFreeSlot<T>({ use, signal }: Call<T>, free: ChildSlot[]): Promise<T> {
  throwIfAborted(signal);
  const slot = free.shift();
  if (slot === undefined) throw new Error('more photos in hand than children');
  try {
    return await use(slot);
  } finally {
    free.push(slot);
  }
}

function slotOptions(options: VisionPoolOptions, engine: EngineName | 'auto'): ChildSlotOptions {
  const { kind, minScore, tinyInputPx } = options.detector;
  const { plan, weightsDir, limits } = options;
  return {
    script: options.childScript ?? path.join(__dirname, 'child.js'),
    child: {
      engine,
      detectorName: kind,
      weightsDir,
      threads: plan.threads,
      look: { limits, detect: { minScore, tinyInputPx } },
    },
    environment:
      options.environment === undefined
        ? undefined
        : { ...options.environment, ...threadVariables(plan.threads) },
    photoDeadlineMillis: options.photoDeadlineMillis,
    memoryLimitMiB: plan.memoryLimitMiB,
    recycleMiB: plan.recycleMiB,
    recyclePhotos: options.recyclePhotos,
    log: options.log,
    onReplaced: options.onReplaced,
  };
}

/** TensorFlow takes its threads from here; glibc keeps fewer free blocks with fewer arenas. */
function threadVariables(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    MALLOC_ARENA_MAX: '2',
  };
}
