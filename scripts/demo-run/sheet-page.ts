import type { Person } from './people.ts';

/** A photo of the sheet; `file` is relative to the page. */
export interface SheetPhoto {
  readonly name: string;
  readonly file: string;
  readonly faces: number;
}

const STYLE = `
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
  body { max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
  .person { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .5rem 0; border-top: 1px solid #8886; }
  .person h3 { width: 8rem; margin: 0; font-size: 1rem; }
  .person small { display: block; font-weight: normal; opacity: .7; }
  figure { margin: 0 0 1.5rem; }
  .person figure { width: 112px; margin: 0; font-size: .7rem; overflow-wrap: anywhere; }
  .person img { width: 112px; height: 112px; border-radius: 6px; display: block; }
  .photo img { max-width: 100%; border-radius: 6px; }
`;

/** The page: people first, one row each, then every photo with its boxes. */
export function sheetPage(sheet: {
  people: readonly Person[];
  photos: readonly SheetPhoto[];
  thumbnails: ReadonlyMap<string, string>;
}): string {
  const { people, photos, thumbnails } = sheet;
  const rows = people.map(({ label, personId, faces }) => {
    const pictures = faces.map(({ photo, face }) => {
      const file = thumbnails.get(face.faceId) ?? '';
      return `<figure><img src="${escapeHtml(file)}" alt="${label} on ${escapeHtml(photo.name)}" loading="lazy"><figcaption>${escapeHtml(photo.name)}</figcaption></figure>`;
    });
    const count = `${faces.length} ${faces.length === 1 ? 'photo' : 'photos'}`;
    return `<section class="person"><h3>${label}<small>${count} · ${personId.slice(0, 8)}</small></h3>${pictures.join('')}</section>`;
  });
  const figures = photos.map(({ name, file, faces }) => {
    const caption = `${escapeHtml(name)} · ${faces} ${faces === 1 ? 'face' : 'faces'}`;
    return `<figure class="photo"><img src="${file}" alt="${caption}" loading="lazy"><figcaption>${caption}</figcaption></figure>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Contact sheet: ${people.length} people</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>${people.length} people on ${photos.length} photos</h1>
${rows.join('\n')}
<h2>Photos</h2>
${figures.join('\n')}
</body></html>
`;
}

/** Text for HTML's text and attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
