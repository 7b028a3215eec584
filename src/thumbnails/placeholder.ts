/** Letters that fit side by side on a photo's placeholder, also wide ones. */
const LINE_LENGTH = 34;
const LINE_HEIGHT = 13;

/** What stands where a face cannot: a frame; the reason is there for who asks for it. */
export function placeholderSvg(reason: string): string {
  const text = escapeXml(reason);
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img">' +
    `<title>${text}</title><desc>${text}</desc>` +
    '<rect width="96" height="96" fill="#8a8f98"/>' +
    '<circle cx="48" cy="38" r="16" fill="#d8dbe0"/>' +
    '<path d="M16 96c2-26 14-36 32-36s30 10 32 36z" fill="#d8dbe0"/>' +
    '<path d="M10 86 86 10" stroke="#5c6068" stroke-width="4"/></svg>'
  );
}

/** What stands where a whole photo cannot, of its shape, with the reason written on it. */
export function photoPlaceholderSvg(
  reason: string,
  image: { readonly width: number; readonly height: number },
): string {
  const width = 240;
  const height = Math.round((width * image.height) / image.width);
  const lines = wrap(reason);
  const top = height / 2 - ((lines.length - 1) * LINE_HEIGHT) / 2;
  const drawn = lines.map(
    (line, i) => `<text x="120" y="${top + i * LINE_HEIGHT}">${escapeXml(line)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">` +
    `<title>${escapeXml(reason)}</title>` +
    `<rect width="${width}" height="${height}" fill="#3d4148"/>` +
    '<g fill="#ffffff" font-family="sans-serif" font-size="11" text-anchor="middle"' +
    ` dominant-baseline="middle">${drawn.join('')}</g></svg>`
  );
}

/** SVG breaks no lines by itself. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);
}
