import type { Machine } from '../machine.ts';

export type Profile = 'standard' | 'low-power';

/** How the children share the machine. */
export interface VisionPlan {
  readonly children: number;
  /** Threads that one child's nets and decoder may use. */
  readonly threads: number;
  /** A child whose resident memory passes this is ended. */
  readonly memoryLimitMiB: number;
  /** A child that holds more than this after a photo is replaced before the next. */
  readonly recycleMiB: number;
}

/** What a user has set; the plan fills in the rest. */
export interface VisionWishes {
  readonly profile: Profile;
  readonly children: number | undefined;
  readonly threads: number | undefined;
  readonly memoryLimitMiB: number | undefined;
}

/** Room for one child beside the main process; half of the memory is left to others. */
const CHILD_MIB = 450;
const MAIN_MIB = 150;
/** More children help only with more than one photo in hand each; beyond this they get threads. */
const MOST_CHILDREN = 8;
const LEAST_LIMIT_MIB = 384;
const MOST_LIMIT_MIB = 4096;
/** Share of the limit at which a child counts as grown. */
const GROWN_SHARE = 0.75;

/**
 * Shares cores and memory among children: one child with one thread for each core while memory
 * lasts, since two photos on one thread each get through more than one photo on two.
 */
export function planVision(wishes: VisionWishes, machine: Machine): VisionPlan {
  const lowPower = wishes.profile === 'low-power';
  const cores = Math.max(1, Math.round(machine.cores));
  const fitting = Math.floor(machine.memoryMiB / 2 / CHILD_MIB);
  const children =
    wishes.children ?? (lowPower ? 1 : Math.max(1, Math.min(cores, fitting, MOST_CHILDREN)));
  const threads = wishes.threads ?? (lowPower ? 1 : Math.max(1, Math.floor(cores / children)));
  const share = Math.floor((machine.memoryMiB - MAIN_MIB) / children);
  const memoryLimitMiB =
    wishes.memoryLimitMiB ?? Math.min(MOST_LIMIT_MIB, Math.max(LEAST_LIMIT_MIB, share));
  return { children, threads, memoryLimitMiB, recycleMiB: memoryLimitMiB * GROWN_SHARE };
}
