/** Interleaved 8-bit RGB, row by row, `3 × widthPx × heightPx` bytes. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A decoded photo: upright by EXIF, sRGB, no alpha. */
export interface UprightImage {
  /** Size of the whole upright photo; boxes are given in these pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** The photo, perhaps scaled down. */
  readonly pixels: Pixels;
  /** `pixels.widthPx / widthPx`, at most 1. */
  readonly scale: number;
  /**
   * Whether it is known which way is up: by the file's EXIF orientation, which is applied, or from
   * elsewhere.
   */
  readonly isUpright: boolean;
  /** Container format as sharp names it: jpeg, png, heif … */
  readonly format: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly checksum: string;
}
