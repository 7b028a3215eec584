import { WorkerError } from '../../errors.ts';
import type { AssetState } from '../client/asset-state.ts';
import { getPreviewSize } from '../client/assets.ts';
import type { ImmichFace } from '../client/faces.ts';
import type { OurPhoto } from './our-side.ts';
import { isSameShape, type ImageSize } from './overlap.ts';
import { mayAll, type OwnerContext } from './owner-context.ts';

/** Permission without which the preview's size stays unknown. */
export const PREVIEW_PERMISSION = 'asset.view';

/**
 * In whose pixels a face of the photo is to be made. Immich's own detection compares what it finds on
 * its preview with the faces that are there pixel by pixel, whatever image those say they are of: one
 * in other pixels than the preview's is not known again, and found a second time beside ours. So
 * they are the preview's: as faces that Immich has found there say, else as the preview's file does,
 * with one request. Where neither tells, those of the photo that was looked at.
 */
export async function pixelsOfNewFaces(
  context: OwnerContext,
  known: {
    readonly assetId: string;
    readonly photo: OurPhoto;
    readonly immichFaces: readonly ImmichFace[];
    readonly asset: () => Promise<AssetState>;
  },
): Promise<ImageSize> {
  const { image } = known.photo;
  // Immich takes them for pixels of the edited preview, and turns them into those of its original.
  if ((await known.asset()).isEdited) return image;
  const detected = known.immichFaces.find(({ sourceType }) => sourceType === 'machine-learning');
  const found =
    detected === undefined
      ? await previewSizeOf(context, known.assetId)
      : { width: detected.imageWidth, height: detected.imageHeight };
  return found !== null && isSameShape(found, image) ? found : image;
}

/** Null where Immich does not tell; an Immich that is away tells later. */
async function previewSizeOf(context: OwnerContext, assetId: string): Promise<ImageSize | null> {
  if (!mayAll(context, PREVIEW_PERMISSION)) return null;
  try {
    return await getPreviewSize(context.api, assetId);
  } catch (error) {
    if (error instanceof WorkerError && isAnswer(error)) return null;
    throw error;
  }
}

/** Immich has said why not: there is no preview, its file is lost, or the key has lost the right. */
function isAnswer({ code, details }: WorkerError): boolean {
  const status = details['status'];
  const isLost = typeof status === 'number' && status >= 500;
  return (
    ['ASSET_GONE', 'IMMICH_REFUSED', 'IMMICH_PERMISSION_MISSING'].includes(code) ||
    (code === 'IMMICH_UNAVAILABLE' && isLost)
  );
}
