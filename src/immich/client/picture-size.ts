/** Of a picture as its pixels are stored. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What the beginning of a JPEG or WebP file, the forms of Immich's previews, says of its size; null without. */
export function readPictureSize(head: Buffer): PictureSize | null {
  const isJpeg = head.length > 2 && head.readUInt16BE(0) === 0xffd8;
  const size = isJpeg ? sizeOfJpeg(head) : isWebp(head) ? sizeOfWebp(head) : null;
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

/** Segments follow each other, each with its length, up to the frame's (ITU-T T.81, B.2.2). */
function sizeOfJpeg(head: Buffer): PictureSize | null {
  for (let at = 2; at + 9 <= head.length;) {
    if (head[at] !== 0xff) return null;
    const marker = head[at + 1] ?? 0;
    if (marker === 0xff) {
      // A byte that only fills.
      at += 1;
    } else if (isFrame(marker)) {
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    } else {
      at += 2 + head.readUInt16BE(at + 2);
    }
  }
  return null;
}

/** SOF0 to SOF15; three of that range are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function isWebp(head: Buffer): boolean {
  const text = head.toString('latin1', 0, 12);
  return head.length >= 30 && text.startsWith('RIFF') && text.endsWith('WEBP');
}

/** The first chunk tells: extended, lossless or lossy (RFC 9649). */
function sizeOfWebp(head: Buffer): PictureSize | null {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    default:
      return null;
  }
}
