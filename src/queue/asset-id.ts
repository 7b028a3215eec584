import { createHash } from 'node:crypto';

/** A stable asset id for a photo that is known by its real path only. */
export function assetIdForPath(realPath: string): string {
  return `file-${createHash('sha256').update(realPath).digest('hex').slice(0, 32)}`;
}

/** A stable asset id for a photo that is known by its bytes only; `checksum` is their SHA-256, hex. */
export function assetIdForUpload(checksum: string): string {
  return `upload-${checksum.slice(0, 32)}`;
}
