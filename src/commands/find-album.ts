import { WorkerError } from '../errors.ts';
import type { ImmichAccount } from '../immich/accounts.ts';
import { listAlbums, type ImmichAlbum } from '../immich/client/albums.ts';
import { mayDo } from '../immich/client/scopes.ts';
import { searchAssets } from '../immich/client/search-assets.ts';
import { counted } from './counted.ts';

/** An album, and those of the users who see it. */
export interface FoundAlbum {
  readonly albumId: string;
  readonly accounts: readonly ImmichAccount[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_NAMED = 10;

/**
 * The album of an id or a name, which needs `album.read`. Throws ARGUMENT_INVALID when there is none,
 * or when several have the name, with their ids.
 */
export async function findAlbum(
  wanted: string,
  accounts: readonly ImmichAccount[],
): Promise<FoundAlbum> {
  return UUID.test(wanted) ? findById(wanted, accounts) : findByName(wanted, accounts);
}

async function findById(albumId: string, accounts: readonly ImmichAccount[]): Promise<FoundAlbum> {
  const seeing: ImmichAccount[] = [];
  for (const account of accounts) if (await sees(account, albumId)) seeing.push(account);
  if (seeing.length > 0) return { albumId, accounts: seeing };
  throw new WorkerError(
    'ARGUMENT_INVALID',
    `expected the id or name of an album of Immich, got ${albumId}, which none of the users sees`,
  );
}

async function sees({ api }: ImmichAccount, albumId: string): Promise<boolean> {
  const search = {
    albumIds: [albumId],
    withDeleted: true,
    order: 'asc',
    size: 1,
    page: 1,
  } as const;
  try {
    await searchAssets(api, search);
    return true;
  } catch (error) {
    if (error instanceof WorkerError && error.code === 'ASSET_GONE') return false;
    throw error;
  }
}

async function findByName(name: string, accounts: readonly ImmichAccount[]): Promise<FoundAlbum> {
  const mayList = accounts.filter(({ key }) => mayDo(key, 'album.read'));
  if (mayList.length === 0) {
    throw new WorkerError(
      'IMMICH_PERMISSION_MISSING',
      'expected an API key with the permission album.read, by which albums are found by name, got none; add it to the key, or give the id of the album',
    );
  }
  const found = new Map<string, { album: ImmichAlbum; accounts: ImmichAccount[] }>();
  const names = new Set<string>();
  for (const account of mayList) {
    for (const album of await listAlbums(account.api)) {
      names.add(album.albumName);
      if (album.albumName !== name) continue;
      const known = found.get(album.id)?.accounts ?? [];
      found.set(album.id, { album, accounts: [...known, account] });
    }
  }
  const [first, ...others] = found.values();
  if (first !== undefined && others.length === 0) {
    return { albumId: first.album.id, accounts: first.accounts };
  }
  throw first === undefined ? noneOf(name, names) : severalOf(name, [first, ...others]);
}

function noneOf(name: string, names: ReadonlySet<string>): WorkerError {
  const some = [...names].sort().slice(0, MOST_NAMED).map(quote).join(', ');
  const more = names.size > MOST_NAMED ? ` and ${names.size - MOST_NAMED} others` : '';
  return new WorkerError(
    'ARGUMENT_INVALID',
    `expected the id or name of an album of Immich, got ${quote(name)}; there ${some === '' ? 'is none' : `are ${some}${more}`}`,
  );
}

function severalOf(
  name: string,
  found: readonly { readonly album: ImmichAlbum; readonly accounts: readonly ImmichAccount[] }[],
): WorkerError {
  const ids = found.map(
    ({ album, accounts }) =>
      `${album.id} (${counted(album.assetCount, 'photo')}, seen by ${accounts.map((one) => one.name).join(' and ')})`,
  );
  return new WorkerError(
    'ARGUMENT_INVALID',
    `expected one album of Immich, got ${quote(name)}, which is the name of ${found.length}; give the id of one: ${ids.join(', ')}`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
