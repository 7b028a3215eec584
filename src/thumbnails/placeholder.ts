/** What stands where a picture cannot: a frame with the reason, readable as text. */
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

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);
}
