import type { ImmichAsset } from '../client/assets.ts';
import type { KnownAsset, PhotoJob } from './ports.ts';

/** What is to be done about an asset. */
export type Verdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'look'; readonly source: PhotoJob['source'] }
  | { readonly kind: 'remove' };

export interface JudgeRules {
  /** Names the descriptors of today. */
  readonly model: string;
  /** Unknown assets that were uploaded before are left alone; null: none is. */
  readonly ignoreBefore: Date | null;
  /** Unknown assets that were uploaded since go before a backfill. */
  readonly freshSince: Date;
}

const LOOKED_AT_TYPES = ['IMAGE', 'VIDEO'];
/** Hidden are the video halves of motion photos; locked ones no API key can read. */
const LEFT_OUT = ['hidden', 'locked'];

/** Tells one picture of an asset from the next: another original, or another edit of it. */
export function pictureOf({ checksum, isEdited, thumbhash, ...file }: ImmichAsset): string {
  // In an external library the checksum is of the path, and a changed file has a new time alone.
  const original = file.libraryId == null ? checksum : `${checksum}.${file.fileModifiedAt ?? ''}`;
  // The thumbhash alone tells two edits apart; it follows the edited preview.
  return isEdited ? `${original}.edited.${thumbhash ?? ''}` : original;
}

/**
 * Compares an asset with what is known of it. Idempotent per asset, picture and model: whatever else
 * changes of an asset (tags, faces, albums, favourites; our own writing too) asks for nothing.
 */
export function judgeAsset(
  asset: ImmichAsset,
  known: KnownAsset | undefined,
  rules: JudgeRules,
): Verdict {
  if (!isLookedAt(asset)) {
    return { kind: known === undefined ? 'nothing' : 'remove' };
  }
  if (known === undefined) return judgeUnknown(asset, rules);
  if (known.gone || known.picture !== pictureOf(asset)) return { kind: 'look', source: 'rerun' };
  if (known.model !== rules.model) return { kind: 'look', source: 'backfill' };
  return { kind: 'nothing' };
}

/** Whether the worker looks at such an asset at all. */
export function isLookedAt({ type, visibility, isTrashed }: ImmichAsset): boolean {
  return !isTrashed && LOOKED_AT_TYPES.includes(type) && !LEFT_OUT.includes(visibility);
}

function judgeUnknown(asset: ImmichAsset, rules: JudgeRules): Verdict {
  const uploadedAt = new Date(asset.createdAt ?? asset.updatedAt);
  if (rules.ignoreBefore !== null && uploadedAt < rules.ignoreBefore) return { kind: 'nothing' };
  return { kind: 'look', source: uploadedAt >= rules.freshSince ? 'upload' : 'backfill' };
}
