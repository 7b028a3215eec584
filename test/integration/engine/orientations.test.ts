import path from 'node:path';

import sharp from 'sharp';

import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { boxIou } from '../../../src/faces/face.ts';
import { distanceBetween } from '../../../src/descriptors/distance.ts';
import type { VisionPool } from '../../../src/vision/pool.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { openPool } from '../../helpers/vision.ts';

const never = new AbortController().signal;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let pool: VisionPool;
let upright: SeenPhoto;

describe('turned, tilted and frame-filling faces, and bad photos', () => {
  beforeAll(async () => {
    folder = await tempFolder();
    pool = await openPool({ engine: 'auto' });
    upright = await seeStoredAs(1);
  }, 60_000);

  afterAll(async () => {
    await pool.close();
    await folder.remove();
  });

  /** A part of a sample photo, its pixels laid as a camera with this EXIF orientation lays them. */
  async function seeStoredAs(orientation: number): Promise<SeenPhoto> {
    const base = await sharp(samplePhoto(1)).resize({ width: 1200 }).png().toBuffer();
    // sharp mirrors before it turns; each entry undoes what the orientation tells a viewer to do.
    const [mirror, turn] = (
      [
        [false, 0],
        [true, 0],
        [false, 180],
        [true, 180],
        [true, 270],
        [false, 270],
        [true, 90],
        [false, 90],
      ] as const
    )[orientation - 1] as readonly [boolean, number];
    const stored = sharp(base).flop(mirror);
    if (turn !== 0) stored.rotate(turn);
    const file = path.join(folder.path, `orientation-${orientation}.jpg`);
    await sharp(await stored.png().toBuffer())
      .jpeg({ quality: 95 })
      .withMetadata({ orientation })
      .toFile(file);
    return pool.see(file, never);
  }

  test.each([2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %d: boxes land on the same faces',
    async (orientation) => {
      const seen = await seeStoredAs(orientation);
      expect(seen.image).toEqual(upright.image);
      expect(seen.faces).toHaveLength(3);
      for (const face of upright.faces) {
        const twin = seen.faces.find(({ box }) => boxIou(box, face.box) > 0.9);
        expect(twin).toBeDefined();
        expect(
          distanceBetween(face.descriptor as Float32Array, twin?.descriptor as Float32Array),
        ).toBeLessThan(0.1);
      }
    },
    30_000,
  );

  test('a face that fills the frame is found by the second look', async () => {
    const face = upright.faces[0]?.box ?? { x: 0, y: 0, width: 0, height: 0 };
    const file = path.join(folder.path, 'close-up.jpg');
    const scale = 1920 / 1200;
    await sharp(samplePhoto(1))
      .extract({
        left: Math.round(face.x * scale),
        top: Math.round(face.y * scale),
        width: Math.round(face.width * scale),
        height: Math.round(face.height * scale),
      })
      .jpeg()
      .toFile(file);
    const seen = await pool.see(file, never);
    expect(seen.faces).toHaveLength(1);
  }, 30_000);

  test('a photo that is known to be upright is not turned', async () => {
    const file = path.join(folder.path, 'known.jpg');
    await sharp(samplePhoto(6)).rotate(90).jpeg().toFile(file);
    const scan = await pool.see(file, never);
    const known = await pool.see(file, never, { isUpright: true });
    expect(scan.faces.length).toBeGreaterThan(0);
    expect(known.faces.length).toBeLessThan(scan.faces.length);
  }, 30_000);

  test.each([90, 180, 270])(
    'a scan on its side or head (turned by %d degrees, no EXIF) shows the same faces',
    async (degrees) => {
      const [tall, turned] = ['tall.jpg', 'turned.jpg'].map((name) => path.join(folder.path, name));
      const portrait = await sharp(samplePhoto(6)).jpeg().toBuffer();
      await sharp(portrait).toFile(tall!);
      await sharp(portrait).rotate(degrees).jpeg().toFile(turned!);
      const [straight, scan] = [await pool.see(tall!, never), await pool.see(turned!, never)];
      expect(straight.faces.length).toBeGreaterThan(0);
      const found = straight.faces.filter(({ descriptor }) =>
        scan.faces.some(
          (face) =>
            distanceBetween(descriptor as Float32Array, face.descriptor as Float32Array) < 0.3,
        ),
      );
      expect(found.length).toBeGreaterThanOrEqual(straight.faces.length - 1);
      for (const { box } of scan.faces) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(scan.image.width + 0.01);
        expect(box.y + box.height).toBeLessThanOrEqual(scan.image.height + 0.01);
      }
    },
    30_000,
  );

  test('the small faces of a large group photo are found in its tiles, each once', async () => {
    const group = path.join(folder.path, 'group.jpg');
    const sample = await sharp(samplePhoto(1)).resize({ width: 480 }).toBuffer();
    const { height } = await sharp(sample).metadata();
    const places = [0, 1].flatMap((row) => [0, 1, 2].map((column) => ({ row, column })));
    await sharp({
      create: { width: 1440, height: height * 2, channels: 3, background: '#000000' },
    })
      .composite(
        places.map(({ row, column }) => ({ input: sample, left: column * 480, top: row * height })),
      )
      .jpeg({ quality: 95 })
      .toFile(group);
    const seen = await pool.see(group, never);
    expect(seen.faces.length).toBeGreaterThanOrEqual(16);
    expect(seen.faces.length).toBeLessThanOrEqual(18);
  }, 30_000);

  test.each([25, -25])(
    'a face tilted by %d degrees is the same face',
    async (degrees) => {
      const descriptorsAt = async (angle: number): Promise<Float32Array[]> => {
        const file = path.join(folder.path, `tilt-${angle}.jpg`);
        await sharp(samplePhoto(3)).rotate(angle, { background: '#808080' }).jpeg().toFile(file);
        return (await pool.see(file, never)).faces.map(
          ({ descriptor }) => descriptor as Float32Array,
        );
      };
      const [straight] = await descriptorsAt(0);
      const tilted = await descriptorsAt(degrees);
      const distances = tilted.map((other) => distanceBetween(straight as Float32Array, other));
      expect(Math.min(...distances)).toBeLessThan(0.3);
    },
    60_000,
  );

  test.each([
    ['folder', 'PATH_NOT_A_FILE'],
    ['nothing.jpg', 'PATH_NOT_FOUND'],
  ])('the child answers a bad photo (%s) with its code and goes on', async (name, code) => {
    const photo = name === 'folder' ? folder.path : path.join(folder.path, name);
    await expect(pool.see(photo, never)).rejects.toMatchObject({ code, retryable: false });
  });
});
