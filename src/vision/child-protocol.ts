import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { ErrorCode } from '../errors.ts';
import type { DetectorName, EngineName } from '../nets/net.ts';
import type { EngineChoice } from '../nets/engines.ts';
import type { LookOptions } from './look-at-photo.ts';

/** What a child is told when it starts, as JSON in its first argument. */
export interface ChildOptions {
  readonly engine: EngineName | 'auto';
  readonly detectorName: DetectorName;
  readonly weightsDir: string;
  readonly look: LookOptions;
}

/** An answer that crosses the process border whole; a thrown error would lose its code there. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode | null; readonly message: string };

/** The methods of a vision child. */
export interface VisionChild {
  engine(): Promise<Answer<EngineChoice>>;
  look(path: string): Promise<Answer<SeenPhoto>>;
}
