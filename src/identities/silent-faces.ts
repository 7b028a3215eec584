/** A face that does not vote: of low quality, of another descriptor model, or without descriptor. */
export interface SilentFace {
  readonly faceId: string;
  readonly assetId: string;
  /** As the machine decided. */
  readonly personId: string | null;
  /** Only of a face that is nobody's and may be asked again. */
  readonly descriptor: Float32Array | null;
}

/**
 * The faces of an owner's photos that are no neighbours of others, but stand beside them: two faces of
 * a photo are two people, whatever their quality.
 */
export class SilentFaces {
  readonly #photos = new Map<string, readonly SilentFace[]>();

  /** Takes in what of a photo does not vote, in place of what was known of it. */
  apply(assetId: string, faces: readonly Omit<SilentFace, 'assetId'>[]): void {
    this.#photos.delete(assetId);
    if (faces.length === 0) return;
    this.#photos.set(
      assetId,
      faces.map(({ faceId, personId, descriptor }) => ({
        faceId,
        assetId,
        personId,
        descriptor: personId === null ? descriptor : null,
      })),
    );
  }

  *[Symbol.iterator](): Generator<SilentFace> {
    for (const faces of this.#photos.values()) yield* faces;
  }
}
