import sharp from 'sharp';

import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { detectFaces, type Share } from '../../../helpers/immich/detection.ts';
import {
  BOX,
  IMAGE,
  OTHER_BOX,
  PREVIEW,
  type SinkBench,
} from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../../helpers/immich/state.ts';

/** As Immich's detection sees our box: a little beside it. */
function seenAs({ x, y, width, height }: typeof BOX): Share {
  return {
    left: (x + 6) / IMAGE.width,
    top: (y - 4) / IMAGE.height,
    right: (x + width + 2) / IMAGE.width,
    bottom: (y + height + 8) / IMAGE.height,
  };
}

/** Declares in whose pixels faces are made, whatever the store. */
export function describeFacePixels(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  /** Sizes of the images that the asset's faces are said to be of. */
  const sizes = (asset: StandInAsset): string[] =>
    bench.faces(asset).map(({ imageWidth, imageHeight }) => `${imageWidth}×${imageHeight}`);
  const asked = (): number => bench.immich.takeRequests('GET /assets/:id/thumbnail').length;

  describe('a face that the worker makes', () => {
    it('is known again by Immich’s own detection, which comes later', async () => {
      const detectable = [seenAs(BOX), seenAs(OTHER_BOX)];
      const asset = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }], {
        detectable,
      });
      await bench.write(asset);
      expect(asked()).toBe(1);
      const made = bench.faces(asset);
      expect(sizes(asset)).toEqual(['500×400', '500×400']);
      await detectFaces(bench.immich.state, asset);
      expect(bench.faces(asset)).toEqual(made);
      expect([...bench.immich.state.embeddings]).toEqual(made.map(({ id }) => id));
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('lies beside one that Immich has found, in the same pixels, without a question', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
      bench.detect(asset, OTHER_BOX);
      await bench.write(asset);
      expect(asked()).toBe(0);
      expect(sizes(asset)).toEqual(['500×400', '500×400']);
    });

    it.each(['png', 'webp', 'jpeg'] as const)('is of the preview also as %s', async (format) => {
      const picture = sharp(bench.picture).resize(PREVIEW.width);
      const preview = await picture.toFormat(format).toBuffer();
      const asset = await bench.addPhoto([{ personId: 'p1' }], { preview });
      await bench.write(asset);
      // Immich makes no PNG of it.
      expect(sizes(asset)).toEqual([format === 'png' ? '1000×800' : '500×400']);
    });

    it('is made all the same where the preview’s size cannot be learned', async () => {
      const { state, faults } = bench.immich;
      const sideways = await sharp(bench.picture).resize(100, 300, { fit: 'fill' }).toBuffer();
      for (const changes of [
        { preview: null },
        { preview: sideways },
        { isEdited: true, editedPreview: bench.picture },
      ]) {
        const asset = await bench.addPhoto([{ personId: 'p1' }], changes);
        await bench.write(asset);
        expect(sizes(asset)).toEqual(['1000×800']);
      }
      const lost = await bench.addPhoto([{ personId: 'p1' }]);
      faults.add({ kind: 'status', status: 500 }, { route: 'GET /assets/:id/thumbnail' });
      await bench.write(lost);
      expect(sizes(lost)).toEqual(['1000×800']);
      faults.clear();
      const may = ['user.read', 'asset.read', 'face.read', 'face.create', 'face.update'];
      may.push('face.delete', 'person.read', 'person.create', 'person.update');
      await bench.start({ keys: [state.addKey(bench.user, may)] });
      const closed = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(closed);
      expect(sizes(closed)).toEqual(['1000×800']);
    });

    it('waits for an Immich that is away', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      const route = 'GET /assets/:id/thumbnail';
      const mend = bench.immich.faults.add({ kind: 'cut' }, { route });
      await expect(bench.write(asset)).rejects.toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
      expect(bench.faces(asset)).toEqual([]);
      mend();
      await bench.write(asset);
      expect(sizes(asset)).toEqual(['500×400']);
    });
  });
}
