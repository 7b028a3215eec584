import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { ErrorCode } from '../errors.ts';
import type { PictureWish } from '../image/cut-picture.ts';
import type { DetectorName, EngineName } from '../nets/net.ts';
import type { EngineChoice } from '../nets/engines.ts';
import type { LookOptions, LookWish, PhotoSource } from './look-at-photo.ts';

/** What a child is told when it starts, as JSON in its first argument. */
export interface ChildOptions {
  readonly engine: EngineName | 'auto';
  readonly detectorName: DetectorName;
  readonly weightsDir: string;
  /** Threads that the nets and the decoder may use. */
  readonly threads: number;
  readonly look: LookOptions;
}

/** An answer that crosses the process border whole; a thrown error would lose its code there. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode | null; readonly message: string };

/** Who answers, once its nets are loaded. */
export interface Greeting {
  readonly pid: number;
  readonly engine: EngineChoice;
}

/** A photo as the child saw it, and what the child holds in memory after it. */
export interface Look {
  readonly seen: SeenPhoto;
  readonly residentMiB: number;
}

/** A picture for a page. */
export interface CutWish extends PictureWish {
  readonly source: PhotoSource;
}

export interface Cut {
  /** WebP. */
  readonly picture: Uint8Array;
  readonly residentMiB: number;
}

/** The methods of a vision child. */
export interface VisionChild {
  greet(): Promise<Answer<Greeting>>;
  look(wish: LookWish): Promise<Answer<Look>>;
  cut(wish: CutWish): Promise<Answer<Cut>>;
}
