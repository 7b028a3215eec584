import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Completes what the compiler made of src/pages: style sheets, and preact beside the pages, since a
 * browser knows no package names and an import map would be an inline script.
 */
const root = path.resolve(__dirname, '../..');
const source = path.join(root, 'src/pages');
const target = path.join(root, 'dist/pages');

/** Package import → the file that a browser loads for it. */
const PACKAGES: Readonly<Record<string, string>> = {
  preact: 'node_modules/preact/dist/preact.mjs',
  'preact/hooks': 'node_modules/preact/hooks/dist/hooks.mjs',
  'preact/jsx-runtime': 'node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs',
};
const IMPORT =
  /((?:^|[;}])\s*(?:(?:import|export)\b[^'"();=]*?from|import)\s*)(["'])([^"'\n]+)\2/gm;

const vendorFile = (name: string): string =>
  path.join(target, 'vendor', `${name.replaceAll('/', '-')}.js`);

function main(): void {
  removeStale();
  cpSync(path.join(source, 'styles'), path.join(target, 'styles'), { recursive: true });
  mkdirSync(path.join(target, 'vendor'), { recursive: true });
  for (const [name, file] of Object.entries(PACKAGES)) {
    const code = readFileSync(path.join(root, file), 'utf8');
    writeFileSync(vendorFile(name), code.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  }
  copyFileSync(
    path.join(root, 'node_modules/preact/LICENSE'),
    path.join(target, 'vendor/preact.LICENSE.txt'),
  );
  for (const file of scripts()) {
    const code = readFileSync(file, 'utf8');
    const linked = code.replace(IMPORT, (_whole, before: string, quote: string, to: string) => {
      return `${before}${quote}${browserPath(to, file)}${quote}`;
    });
    if (linked !== code) writeFileSync(file, linked);
  }
}

/** What the compiler made of files that are gone since. */
function removeStale(): void {
  for (const file of scripts()) {
    const base = path.join(source, path.relative(target, file)).replace(/\.js$/, '');
    const isVendor = path.dirname(file) === path.join(target, 'vendor');
    if (!isVendor && !existsSync(`${base}.ts`) && !existsSync(`${base}.tsx`)) rmSync(file);
  }
}

function scripts(): string[] {
  return readdirSync(target, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => path.join(target, file));
}

function browserPath(to: string, importer: string): string {
  if (to.startsWith('.')) return to;
  if (!(to in PACKAGES)) {
    throw new Error(`${importer} imports ${to}, which no browser finds; add it to PACKAGES`);
  }
  const relative = path.relative(path.dirname(importer), vendorFile(to));
  return relative.startsWith('.') ? relative : `./${relative}`;
}

main();
