import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { QueueEvents } from 'bullmq';
import sharp from 'sharp';

import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

/** Peak resident memory of a process. */
async function peakMiB(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function childrenOf({ child }: TestWorker): Promise<string[]> {
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return text.trim().split(' ');
}

describe('memory', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let producer: Producer;
  let events: QueueEvents;
  const prefix = `memory-${process.pid}`;

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(path.join(folder.path, 'media'));
    // 24 megapixels: groups as the SSD finds them, and one large face 24 times for the tiny detector.
    await tile(
      await sharp(samplePhoto(5)).resize(1500, 1000, { fit: 'fill' }).toBuffer(),
      'groups',
    );
    const face = sharp(samplePhoto(1)).extract({ left: 366, top: 295, width: 271, height: 334 });
    await tile(await face.resize(1000, 1000).toBuffer(), 'faces');
    redis = await startRedis();
    producer = createProducer({
      redis: redis.options,
      prefix,
      retry: { attempts: 1, backoffMillis: 0 },
    });
    events = new QueueEvents('image-added', { connection: redis.options, prefix });
    await events.waitUntilReady();
  }, 60_000);
  afterAll(async () => {
    await events.close();
    await producer.close();
    await redis.stop();
    await folder.remove();
  });

  /** Covers a photo of 6000×4000 with copies of one of a thousand lines. */
  async function tile(input: Buffer, name: string): Promise<void> {
    const { width } = await sharp(input).metadata();
    const across = 6000 / width;
    await sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#808080' } })
      .composite(
        Array.from({ length: across * 4 }, (_, i) => ({
          input,
          left: (i % across) * width,
          top: Math.floor(i / across) * 1000,
        })),
      )
      .jpeg({ quality: 92 })
      .toFile(path.join(folder.path, `media/${name}.jpg`));
  }

  async function lookAt(
    name: string,
    settings: Record<string, string>,
  ): Promise<{ faces: number; mainMiB: number; childMiB: number }> {
    const worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, name),
      MEDIA_ROOTS: path.join(folder.path, 'media'),
      ENGINE: 'onnx',
      VISION_CHILDREN: '1',
      ...settings,
    });
    const id = await producer.add({
      assetId: name,
      path: path.join(folder.path, `media/${name}.jpg`),
    });
    const job = await producer.queue.getJob(id);
    const result = (await job?.waitUntilFinished(events)) as FacesIdentified;
    const [child = ''] = await childrenOf(worker);
    const memory = {
      mainMiB: await peakMiB(String(worker.child.pid)),
      childMiB: await peakMiB(child),
    };
    await worker.stop();
    return { faces: result.faces.length, ...memory };
  }

  test('a vision child stays within 350 MiB on a crowd of 24 megapixels', async () => {
    const seen = await lookAt('groups', {});
    expect(seen.faces).toBeGreaterThanOrEqual(10);
    expect(seen.childMiB).toBeLessThan(350);
  }, 60_000);

  test('low power stays within 450 MiB in all, with twenty faces in a photo', async () => {
    const seen = await lookAt('faces', { PROFILE: 'low-power' });
    expect(seen.faces).toBeGreaterThanOrEqual(20);
    expect(seen.mainMiB + seen.childMiB).toBeLessThan(450);
  }, 60_000);
});
