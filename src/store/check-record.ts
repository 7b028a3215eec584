import { refuseDescriptor } from '../descriptors/descriptor.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';

/**
 * Throws a TypeError unless every store can keep the record and give it back the same. Descriptors
 * must be sound, since one bad descriptor spoils each later comparison; numbers must be finite,
 * since JSON would turn the others into null in silence.
 */
export function assertStorable(record: PhotoRecord): void {
  const photo = `photo ${record.assetId} of owner ${record.ownerId}`;
  // libsql reads a text up to its first NUL: one owner's photo would come back as another's.
  if (`${record.ownerId}${record.assetId}`.includes('\0')) {
    throw new TypeError(`ownerId or assetId of ${JSON.stringify(photo)} holds a NUL`);
  }
  assertCounting(photo, 'sequence', record.sequence);
  assertCounting(photo, 'revision', record.revision);
  for (const face of record.faces) {
    const refusal = face.descriptor === null ? null : refuseDescriptor(face.descriptor);
    if (refusal !== null) {
      throw new TypeError(
        `The descriptor of face ${face.faceId} on ${photo} is refused (${refusal}); expected a ` +
          'finite vector of unit length, or null',
      );
    }
  }
  const path = findUnstorable(record, '');
  if (path !== null) {
    throw new TypeError(`${path} of ${photo} is undefined or not a finite number`);
  }
}

function assertCounting(photo: string, field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`${field} of ${photo} must be 1, 2, 3 …, but it is ${value}`);
  }
}

function findUnstorable(value: unknown, path: string): string | null {
  if (value === undefined) return path;
  if (typeof value === 'number') return Number.isFinite(value) ? null : path;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = findUnstorable(inner, path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
