import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where the photos lie that were uploaded to workers with one DATA_DIR. Its name is in every path
 * below it, so that a job tells by its path alone whose upload it is, also where the DATA_DIRs of
 * several machines look the same.
 */
export interface UploadFolder {
  /** A UUID. */
  readonly id: string;
  readonly path: string;
}

/** File beside the folder that holds its id. */
const ID_FILE = 'folder-id';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Folder, owner and checksum, as `ownerUploadFolder` and who keeps the upload name them. */
const PLACE = /\/uploads\/(?<id>[0-9a-f-]{36})\/(?<rest>[0-9a-f]{32}\/[0-9a-f]{64})$/;

/** One of the worker's media roots. */
export function uploadsRoot(dataDir: string): string {
  return path.resolve(dataDir, 'uploads');
}

/** Finds the upload folder of a DATA_DIR, or makes it; workers that share a DATA_DIR share it. */
export async function openUploadFolder(dataDir: string): Promise<UploadFolder> {
  const root = uploadsRoot(dataDir);
  await mkdir(root, { recursive: true });
  const id = (await readId(root)) ?? (await writeId(root));
  const folder = { id, path: path.join(root, id) };
  await mkdir(folder.path, { recursive: true });
  return folder;
}

/** The owner's own: the same photo of two owners is two files, so that forgetting one keeps the other. */
export function ownerUploadFolder(folder: UploadFolder, ownerId: string): string {
  return path.join(folder.path, ownerName(ownerId));
}

/** All of a DATA_DIR that hold uploads of the owner. */
export async function ownerUploadFolders(dataDir: string, ownerId: string): Promise<string[]> {
  const root = uploadsRoot(dataDir);
  const names = await readdir(root).catch(() => []);
  const folders = names.filter((name) => UUID.test(name)).map((name) => path.join(root, name));
  return folders.map((folder) => path.join(folder, ownerName(ownerId)));
}

/** In which upload folder a photo's path lies, and where in it; null: it is no upload's. */
export function uploadPlaceOf(photoPath: string): { folderId: string; rest: string } | null {
  const { id, rest } = PLACE.exec(photoPath)?.groups ?? {};
  return id === undefined || rest === undefined ? null : { folderId: id, rest };
}

function ownerName(ownerId: string): string {
  return createHash('sha256').update(ownerId).digest('hex').slice(0, 32);
}

async function readId(root: string): Promise<string | null> {
  const text = await readFile(path.join(root, ID_FILE), 'utf8').catch(() => '');
  return UUID.test(text.trim()) ? text.trim() : null;
}

/** Of several that start at once the first one's id is everybody's; one cut short by a crash is replaced. */
async function writeId(root: string): Promise<string> {
  const file = path.join(root, ID_FILE);
  const own = `${file}.${randomUUID()}.part`;
  await writeFile(own, randomUUID());
  try {
    // Unlike a rename this leaves a file that is there already.
    await link(own, file);
  } catch {
    if ((await readId(root)) === null) await rename(own, file);
  }
  await rm(own, { force: true });
  const id = await readId(root);
  if (id === null) throw new Error(`expected the id of the upload folder in ${file}, got none`);
  return id;
}
