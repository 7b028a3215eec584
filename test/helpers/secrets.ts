/** The forms in which a secret may come out: as it is, in a URL, in JSON, and inside of base64. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((before) => {
      const inside = insideOfBase64(bytes, before);
      return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
    }),
  ];
  return [...new Set(forms)];
}

/** What every base64 of a text with the secret after 3n + `before` bytes holds, whatever is around. */
function insideOfBase64(secret: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64');
  const bits = 8 * (before + secret.length);
  return text.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
}

/** The forms of the secrets that a text holds; none, where nothing leaked. */
export function leaks(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map((form) => `${name} as ${form} at …${around(text, form)}…`),
  );
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 80), at + form.length + 20);
}
