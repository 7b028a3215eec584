import type { PhotoRecord } from '../identities/photo-record.ts';
import type { MergeProposal } from '../identities/tidy/merge-proposal.ts';
import { decideOpenFaces } from './decide-open-faces.ts';
import { mergeSurePairs } from './merge-people.ts';
import { currentKnown, type TidyOptions, type TidyPorts } from './tidy-task.ts';

/** What became of an owner's people. */
export interface TidyReport {
  readonly ownerId: string;
  /** In the order in which they were made. */
  readonly merges: readonly MergeProposal[];
  /** Photos on which a face that was nobody's is somebody's now. */
  readonly photos: readonly PhotoRecord[];
  /** Everything up to it was looked at. */
  readonly sequence: number;
}

export type TidyPeople = (ownerId: string, options: TidyOptions) => Promise<TidyReport>;

/**
 * The maintenance of an owner's people: faces that were nobody's are decided again with what is known
 * now, and people who are surely one are merged, as facts by MACHINE. Goes on until nothing is left
 * to do, so a second run changes nothing. Any number may run at once beside photos and corrections:
 * each write has seen all before it.
 */
export function createTidier(ports: TidyPorts): TidyPeople {
  return async (ownerId, options) => {
    const task = { ...ports, ...options, ownerId };
    const merges: MergeProposal[] = [];
    const photos: PhotoRecord[] = [];
    for (;;) {
      const known = await currentKnown(task);
      const { sequence } = known;
      const changed = await ports.nearness.of(known).update(known, options.signal);
      if (options.dryRun !== true) {
        const decided = await decideOpenFaces(task, known, changed);
        photos.push(...decided);
        // They may have brought people nearer to each other.
        if (decided.length > 0) continue;
      }
      const merged = await mergeSurePairs(task, known);
      merges.push(...merged);
      if (merged.length === 0) return { ownerId, merges, photos, sequence };
    }
  };
}
