import { WorkerError } from '../../errors.ts';
import type { AssetState } from '../client/asset-state.ts';
import { listFaces, type ImmichFace } from '../client/faces.ts';
import type { Occasion, OwnerContext } from './owner-context.ts';

/**
 * Immich queues a photo for its detection right after its preview is made, which shows in `updatedAt`
 * (facts, 1.8 and 2.3).
 */
const QUEUED_WITHIN_MILLIS = 5000;
/** How long is waited where the queue of Immich's detection cannot be seen. */
const UNSEEN_DETECTION_MILLIS = 60_000;

/**
 * Faces that Immich finds itself are assigned, not made again: one that is made before Immich's own
 * detection comes stops that detection of the asset the second time (Immich's issue 26373). Rejects
 * with IMMICH_DETECTION_PENDING until all photos have had their turn that were queued before this one
 * was first to be written, or before its preview was made; its age says nothing, since Immich may
 * come to a photo years later.
 */
export async function waitForDetection(
  { api, detection, settings, occasion }: OwnerContext,
  photo: {
    readonly assetId: string;
    readonly immichFaces: readonly ImmichFace[];
    readonly asset: () => Promise<AssetState>;
  },
): Promise<void> {
  if (photo.immichFaces.some(isDetected)) return;
  if (isOverLimit(occasion, settings) || !(await detection.isOn())) return;
  if (hadItsTurn(await photo.asset(), occasion, await detection.servedUntil())) {
    // What came since the faces were listed is planned with the next try.
    if (!(await listFaces(api, photo.assetId)).some(isDetected)) return;
  }
  throw stillPending();
}

/**
 * Whether a photo that was put off before need not be looked at yet: asking of the queue costs nothing,
 * and a great import leaves thousands of photos waiting.
 */
export async function isSurelyPending({
  detection,
  settings,
  occasion,
}: Pick<OwnerContext, 'detection' | 'settings' | 'occasion'>): Promise<boolean> {
  if (!occasion.hasWaited || isOverLimit(occasion, settings)) return false;
  const served = await detection.servedUntil();
  return served !== undefined && (served ?? 0) < occasion.sinceMillis && (await detection.isOn());
}

export function stillPending(): WorkerError {
  return new WorkerError(
    'IMMICH_DETECTION_PENDING',
    "Immich's own face detection has not had its turn for this photo yet; its faces are awaited " +
      'before others are made (IMMICH_DETECTION_WAIT_MINUTES)',
  );
}

const isDetected = ({ sourceType }: ImmichFace): boolean => sourceType === 'machine-learning';

function isOverLimit(
  { sinceMillis }: Occasion,
  { detectionWaitMillis }: OwnerContext['settings'],
): boolean {
  return Date.now() - sinceMillis >= detectionWaitMillis;
}

/** Not before the preview, which is what Immich detects on. */
function hadItsTurn(
  { thumbhash, updatedAt }: AssetState,
  { sinceMillis }: Occasion,
  servedMillis: number | null | undefined,
): boolean {
  if (thumbhash === null) return false;
  if (servedMillis === undefined || thumbhash === undefined) {
    return Date.now() - sinceMillis > UNSEEN_DETECTION_MILLIS;
  }
  const changedMillis = updatedAt === undefined ? 0 : Date.parse(updatedAt);
  const queuedMillis = Math.max(sinceMillis, changedMillis + QUEUED_WITHIN_MILLIS);
  return servedMillis !== null && servedMillis >= queuedMillis;
}
