import { messageOf, WorkerError } from '../../errors.ts';
import { getAssetState, type AssetState } from '../client/asset-state.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { putAway } from './put-away.ts';
import { writeCollectionsOfPhoto } from './write-collections.ts';
import { writePeopleOfPhoto } from './write-photo.ts';

/** Permissions without which no person is written. */
export const PEOPLE_PERMISSIONS = [
  'face.read',
  'face.create',
  'face.update',
  'face.delete',
  'person.read',
  'person.create',
  'person.update',
] as const;

const FACES_WAIT: readonly string[] = ['PHOTO_CHANGED', 'IMMICH_DETECTION_PENDING'];
const PASSED_OVER: readonly string[] = [...FACES_WAIT, 'ASSET_GONE'];

/** Brings all of one photo in Immich, people, tags and albums, to where ours are. */
export async function writeOnePhoto(context: OwnerContext, assetId: string): Promise<void> {
  const { mutex, ownerId, settings, ours, api } = context;
  await mutex.run(`asset ${ownerId} ${assetId}`, async () => {
    let state: Promise<AssetState> | undefined;
    const asset = (): Promise<AssetState> => (state ??= getAssetState(api, assetId));
    if (
      (await ours.photoOf(ownerId, assetId)) === null &&
      !(await isToBeCleared(context, assetId, asset))
    ) {
      return;
    }
    let waiting: WorkerError | null = null;
    if (settings.people && mayAll(context, ...PEOPLE_PERMISSIONS)) {
      waiting = await unlessFacesWait(writePeopleOfPhoto(context, assetId, asset));
    }
    const isThere = await unlessGone(
      writeCollectionsOfPhoto(context, assetId, asset).then(() => true),
    );
    if (isThere === null) await forgetMembers(context, assetId);
    if (waiting !== null) throw waiting;
  });
}

/** Why the faces cannot be written yet, which tags and albums need not wait for. */
async function unlessFacesWait(work: Promise<void>): Promise<WorkerError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    const isWaiting = error instanceof WorkerError && FACES_WAIT.includes(error.code);
    if (isWaiting) return error;
    throw error;
  }
}

/**
 * Whether what was written for a photo that is not ours any more is to be taken back: not when
 * nothing was, nor from the trash, where it may come back from or go with the asset.
 */
async function isToBeCleared(
  context: OwnerContext,
  assetId: string,
  asset: () => Promise<AssetState>,
): Promise<boolean> {
  const { links } = context;
  const faces = await links.find('face', { group: assetId });
  const members = await links.find('member', { id: assetId });
  if (faces.length + members.length === 0) return false;
  const state = await unlessGone(asset());
  if (state !== null) return !state.isTrashed;
  await putAway(context, faces);
  await links.remove(...members);
  return false;
}

async function forgetMembers({ links }: OwnerContext, assetId: string): Promise<void> {
  await links.remove(...(await links.find('member', { id: assetId })));
}

/**
 * One photo that was edited or deleted meanwhile does not hold up others. False when it waits for
 * Immich's own detection.
 */
export async function writeUnlessPending(context: OwnerContext, assetId: string): Promise<boolean> {
  const { ownerId, log } = context;
  try {
    await writeOnePhoto(context, assetId);
    return true;
  } catch (error) {
    if (!(error instanceof WorkerError) || !PASSED_OVER.includes(error.code)) throw error;
    log.debug({ ownerId, assetId, reason: messageOf(error) }, 'a photo was passed over');
    return error.code !== 'IMMICH_DETECTION_PENDING';
  }
}
