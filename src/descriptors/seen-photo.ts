import type { Face } from '../faces/face.ts';
import type { DescriptorModel } from './descriptor.ts';

/** A face with its descriptor; null with the reason when the descriptor was refused. */
export interface SeenFace extends Face {
  readonly descriptor: Float32Array | null;
  readonly descriptorRefusal: string | null;
}

/** What vision made of a photo. */
export interface SeenPhoto {
  readonly image: { readonly width: number; readonly height: number };
  readonly checksum: string;
  /**
   * When it was taken, by the clock of the place, written as if that were UTC (ISO 8601). Null: nobody
   * knows.
   */
  readonly takenAt?: string | null;
  readonly faces: readonly SeenFace[];
  readonly model: DescriptorModel & { readonly engine: string; readonly detector: string };
  /** Milliseconds per stage: read, decode, detect, landmarks, describe. */
  readonly timings: Readonly<Record<string, number>>;
}
