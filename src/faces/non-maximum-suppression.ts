import { boxIou, type Box } from './face.ts';

/** Keeps the best-scored of boxes that overlap by more than `maxIou`; best score first. */
export function suppressNonMaxima<T extends { readonly box: Box; readonly score: number }>(
  detections: readonly T[],
  maxIou: number,
): T[] {
  const kept: T[] = [];
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => boxIou(other.box, candidate.box) <= maxIou)) kept.push(candidate);
  }
  return kept;
}
