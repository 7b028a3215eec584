import type { Fact } from '../../../src/identities/journal/fact.ts';
import type { KnownPhoto } from '../../../src/identities/known-faces.ts';
import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import type { ResultRedis, Store } from '../../../src/store/store.ts';
import { makeFaceRecord, makeFact, makePhotoRecord } from '../../helpers/records.ts';

/** Declares what every store must do with facts and forgotten owners; part of the contract. */
export function describeJournalContract(
  openNew: () => Promise<{ store: Store; openAgain: () => Promise<Store> }>,
): void {
  const { owner, asset } = { owner: 'owner-a', asset: 'asset-1' };

  async function commit(store: Store, record: PhotoRecord): Promise<void> {
    expect(await store.commitPhoto(record, null)).toBe('committed');
  }

  describe('the journal', () => {
    const name = (sequence: number, changes: Partial<Fact> = {}): Fact =>
      makeFact({
        sequence,
        body: { kind: 'person-named', personId: 'person-1', name: `Name ${sequence}` },
        ...changes,
      });

    it('shares one order with the photos', async () => {
      const { store, openAgain } = await openNew();
      const photo = makePhotoRecord();
      await commit(store, photo);
      expect(await store.commitFact(name(2))).toBe('committed');
      const later = makePhotoRecord({ assetId: 'asset-2', sequence: 3 });
      await commit(store, later);
      for (const reader of [store, await openAgain()]) {
        expect(await reader.readEntriesAfter(owner, 0, 10)).toEqual([
          { kind: 'photo', sequence: 1, record: knownPhoto(photo) },
          { kind: 'fact', sequence: 2, fact: name(2) },
          { kind: 'photo', sequence: 3, record: knownPhoto(later) },
        ]);
        expect(await reader.readEntriesAfter(owner, 1, 1)).toEqual([
          { kind: 'fact', sequence: 2, fact: name(2) },
        ]);
        expect(await reader.readFacts(owner)).toEqual([name(2)]);
        expect(await reader.headSequence(owner)).toBe(3);
        expect(await reader.countPhotos(owner)).toBe(2);
        expect(await reader.readPhotosAfter(owner, 0, 10)).toEqual([photo, later]);
      }
    });

    it('reads what an earlier version wrote of single faces as it is written today', async () => {
      const { store } = await openNew();
      const old = [
        { kind: 'face-denied', faceId: 'f', personId: 'p' },
        { kind: 'face-ignored', faceId: 'g', reason: 'a poster' },
      ] as unknown as Fact['body'][];
      for (const [i, body] of old.entries()) {
        expect(await store.commitFact(makeFact({ sequence: i + 1, body }))).toBe('committed');
      }
      const today = [
        { kind: 'faces-denied', faceIds: ['f'], personId: 'p' },
        { kind: 'faces-ignored', faceIds: ['g'], reason: 'a poster' },
      ];
      const entries = await store.readEntriesAfter(owner, 0, 10);
      const bodies = entries.map((entry) => (entry.kind === 'fact' ? entry.fact.body : null));
      expect(bodies).toEqual(today);
      expect((await store.readFacts(owner)).map(({ body }) => body)).toEqual(today);
      expect((await store.findUnpublishedFacts(10)).map(({ body }) => body)).toEqual(today);
    });

    it('reads of photos what the index needs, and nothing else', async () => {
      const { store } = await openNew();
      const nobody = { personId: null, quality: { value: 0, reasons: ['small' as const] } };
      const photo = makePhotoRecord({
        faces: [makeFaceRecord({}, 7), makeFaceRecord({ ...nobody, descriptor: null }, 8)],
      });
      await commit(store, photo);
      await commit(store, makePhotoRecord({ assetId: 'asset-2', sequence: 2, faces: [] }));
      const [first, second] = await store.readEntriesAfter(owner, 0, 10);
      expect(first).toEqual({ kind: 'photo', sequence: 1, record: knownPhoto(photo) });
      expect(second).toMatchObject({ record: { assetId: 'asset-2', faces: [] } });
    });

    it.each<[string, number]>([
      ['its sequence is a photo', 1],
      ["its sequence is another fact's", 2],
      ['its sequence leaves a gap', 4],
    ])('refuses a fact when %s', async (_when, sequence) => {
      const { store } = await openNew();
      await commit(store, makePhotoRecord());
      expect(await store.commitFact(name(2))).toBe('committed');
      expect(await store.commitFact(name(sequence, { factId: 'late' }))).toBe('conflict');
      expect(await store.readFacts(owner)).toEqual([name(2)]);
      const stale = makePhotoRecord({ assetId: 'asset-2', sequence: 2 });
      expect(await store.commitPhoto(stale, null)).toBe('conflict');
    });

    it('keeps owners apart and lets a fact wait in the outbox until it is published', async () => {
      const { store } = await openNew();
      const other = name(1, { ownerId: 'owner-b', factId: 'fact-b' });
      expect(await store.commitFact(name(1))).toBe('committed');
      expect(await store.commitFact(other)).toBe('committed');
      expect(await store.readFacts('owner-b')).toEqual([other]);
      expect(await store.listOwners()).toEqual([owner, 'owner-b'].sort());
      expect(await store.findUnpublishedFacts(10)).toEqual([name(1), other]);
      expect(await store.findUnpublishedFacts(10, 'owner-b')).toEqual([other]);
      expect(await store.findUnpublishedFacts(10, 'nobody')).toEqual([]);
      expect(await store.findUnpublished(10)).toEqual([]);
      await store.markFactPublished(owner, 'fact-b');
      await store.markFactPublished(owner, 'fact-1');
      expect(await store.findUnpublishedFacts(10)).toEqual([other]);
    });

    it('publishes again what was decided since a time', async () => {
      const { store } = await openNew();
      const early = makePhotoRecord({ decidedAt: '2024-05-06T07:08:09.000Z' });
      const late = makePhotoRecord({
        ...{ assetId: 'asset-2', sequence: 2 },
        decidedAt: '2024-05-06T07:20:00.000Z',
      });
      for (const record of [early, late]) {
        await commit(store, record);
        await store.markPublished(owner, record.assetId, 1);
      }
      for (const [sequence, at] of [
        [3, early.decidedAt],
        [4, late.decidedAt],
      ] as const) {
        expect(await store.commitFact(name(sequence, { at }))).toBe('committed');
        await store.markFactPublished(owner, `fact-${sequence}`);
      }
      expect(await store.markUnpublishedSince('2024-05-06T07:20:00.000Z')).toBe(2);
      expect(await store.findUnpublished(10)).toEqual([late]);
      expect(await store.findUnpublishedFacts(10)).toEqual([name(4, { at: late.decidedAt })]);
      expect(await store.markUnpublishedSince('2024-05-06T08:00:00.000Z')).toBe(0);
    });

    it('says when the oldest was decided of what is to be published', async () => {
      const { store } = await openNew();
      expect(await store.oldestUnpublishedAt()).toBeNull();
      await commit(store, makePhotoRecord({ decidedAt: '2024-05-06T07:20:00.000Z' }));
      expect(await store.oldestUnpublishedAt()).toBe('2024-05-06T07:20:00.000Z');
      await store.commitFact(name(2, { at: '2024-05-06T07:10:00.000Z' }));
      expect(await store.oldestUnpublishedAt()).toBe('2024-05-06T07:10:00.000Z');
      await store.markFactPublished(owner, 'fact-2');
      expect(await store.oldestUnpublishedAt()).toBe('2024-05-06T07:20:00.000Z');
    });

    it('keeps what is noted of the Redis of results, in place of the run it was noted for', async () => {
      const { store, openAgain } = await openNew();
      const note = (run: string, added: number): ResultRedis => ({
        ...{ run, added },
        since: '2024-05-06T07:08:09.000Z',
        recentSince: '2024-05-06T07:10:00.000Z',
      });
      expect(await store.readResultRedis('a')).toBeNull();
      await store.writeResultRedis('a', note('one', 1), null);
      await store.writeResultRedis('a', note('too-late', 2), null);
      expect(await store.readResultRedis('a')).toEqual(note('one', 1));
      await store.writeResultRedis('a', note('two', 3), 'one');
      await store.writeResultRedis('a', note('one', 4), 'one');
      const reader = await openAgain();
      expect(await reader.readResultRedis('a')).toEqual(note('two', 3));
      expect(await reader.readResultRedis('b')).toBeNull();
    });

    it('gives racing photos and facts every sequence once', async () => {
      const { store, openAgain } = await openNew();
      const second = await openAgain();
      const correct = async (): Promise<void> => {
        for (let i = 0; i < 15; i++) {
          for (;;) {
            const sequence = (await second.headSequence(owner)) + 1;
            const fact = name(sequence, { factId: `f-${i}` });
            if ((await second.commitFact(fact)) === 'committed') break;
          }
        }
      };
      const upload = async (): Promise<void> => {
        for (let i = 0; i < 15; i++) {
          for (;;) {
            const sequence = (await store.headSequence(owner)) + 1;
            const photo = makePhotoRecord({ assetId: `p-${i}`, sequence });
            if ((await store.commitPhoto(photo, null)) === 'committed') break;
          }
        }
      };
      await Promise.all([correct(), upload()]);
      const entries = await store.readEntriesAfter(owner, 0, 100);
      expect(entries.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 30 }, (_, i) => i + 1),
      );
    }, 60_000);
  });

  describe('forgetting an owner', () => {
    it('removes all of theirs and nothing of others, and lets them begin anew', async () => {
      const { store, openAgain } = await openNew();
      await commit(store, makePhotoRecord());
      const renamed = makeFact({
        sequence: 2,
        body: { kind: 'person-named', personId: 'person-1', name: 'Ada' },
      });
      await store.commitFact(renamed);
      const other = makePhotoRecord({ ownerId: 'owner-b' });
      await commit(store, other);
      const before = await store.countForgotten();
      expect(await store.forgetOwner(owner)).toEqual({ photos: 1, faces: 1, facts: 1 });
      const reader = await openAgain();
      expect(await reader.countForgotten()).toBeGreaterThan(before);
      expect(await reader.readEntriesAfter(owner, 0, 10)).toEqual([]);
      expect(await reader.findPhoto(owner, asset)).toBeNull();
      expect(await reader.listFaces(owner)).toEqual([]);
      expect(await reader.headSequence(owner)).toBe(0);
      expect(await reader.findUnpublished(10)).toEqual([other]);
      expect(await reader.findUnpublishedFacts(10)).toEqual([]);
      await commit(reader, makePhotoRecord());
      expect(await store.forgetOwner('nobody')).toEqual({ photos: 0, faces: 0, facts: 0 });
    });
  });
}

function knownPhoto({ assetId, sequence, model, faces }: PhotoRecord): KnownPhoto {
  return {
    assetId,
    sequence,
    model,
    faces: faces.map(({ faceId, personId, quality, descriptor }) => ({
      faceId,
      personId,
      quality,
      descriptor,
    })),
  };
}
