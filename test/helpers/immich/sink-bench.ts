import sharp from 'sharp';

import type { Box } from '../../../src/faces/face.ts';
import type { Fact } from '../../../src/identities/journal/fact.ts';
import type { Correction } from '../../../src/identities/journal/plan-fact.ts';
import {
  createAccounts,
  type ImmichAccount,
  type ImmichAccounts,
} from '../../../src/immich/accounts.ts';
import { openImmich, type Immich } from '../../../src/immich/client/open-immich.ts';
import { createImmichSink, type ImmichSink } from '../../../src/immich/sink/immich-sink.ts';
import type { ImmichLinks } from '../../../src/immich/sink/links.ts';
import type { OurSide } from '../../../src/immich/sink/our-side.ts';
import type { ImmichDetection, WriteSettings } from '../../../src/immich/sink/owner-context.ts';
import { openOurSide } from '../../../src/immich-sink-parts.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import type { Store } from '../../../src/store/store.ts';
import { makeFaceRecord, makePhotoRecord } from '../records.ts';
import { addFace } from './routes/faces.ts';
import { startImmich, type StandInImmich } from './server.ts';
import type { StandInAsset, StandInFace, StandInPerson, StandInUser } from './state.ts';

const log = createLog({ level: 'silent' });
/** Of all photos here, and of their previews in Immich. */
export const IMAGE = { width: 1000, height: 800 } as const;
export const PREVIEW = { width: 500, height: 400 } as const;
export const BOX: Box = { x: 100.4, y: 200.6, width: 99.8, height: 120.2 };
export const OTHER_BOX: Box = { x: 600, y: 100, width: 150, height: 180 };

const SETTINGS: WriteSettings = {
  ...{ people: true, tags: false, albums: false, unnamedPeople: true },
  albumRules: { everyone: true, albums: [] },
  detectionWaitMillis: 3_600_000,
};

/** A stand-in Immich with one user, our store, and what writes from one into the other. */
export interface SinkBench {
  readonly immich: StandInImmich;
  readonly store: Store;
  readonly user: StandInUser;
  readonly key: string;
  /** Bytes of a photo of the size of all here. */
  readonly picture: Buffer;
  /** Facts that came of what users did in Immich, and of `correct`, in their order. */
  readonly facts: Fact[];
  /** A sink as after a start; the last one made is `sink`. */
  start(changes?: {
    settings?: Partial<WriteSettings>;
    detection?: Partial<ImmichDetection>;
    links?: ImmichLinks;
    wrap?: (accounts: ImmichAccounts) => ImmichAccounts;
    wrapOurs?: (ours: OurSide) => OurSide;
    keys?: readonly string[];
    mostPeople?: number;
  }): Promise<{ sink: ImmichSink; accounts: ImmichAccounts }>;
  readonly sink: ImmichSink;
  /** The user's, of the last start. */
  readonly account: ImmichAccount;
  /** A photo in Immich that we have looked at. */
  addPhoto(
    faces: readonly { personId: string | null; box?: Box; faceId?: string }[],
    changes?: Partial<StandInAsset>,
  ): Promise<StandInAsset>;
  /** Looked at again, with other faces or people. */
  lookAgain(
    asset: StandInAsset,
    faces: readonly { personId: string | null; box?: Box; faceId?: string }[],
    removed?: boolean,
  ): Promise<void>;
  write(asset: StandInAsset): Promise<void>;
  /** A user of ours decides, and what it sets off is written. */
  correct(correction: Correction): Promise<Fact>;
  /** Writes what facts set off that have not been written yet, and the last `again` once more. */
  writeFacts(again?: number): Promise<void>;
  readBack(): ReturnType<ImmichSink['readBack']>;
  /** Writing requests since the last call. */
  takeWrites(): string[];
  people(): StandInPerson[];
  faces(asset: StandInAsset): StandInFace[];
  /** A face as Immich's own detection finds it, in its own pixels. */
  detect(asset: StandInAsset, box?: Box, person?: StandInPerson): StandInFace;
  stop(): Promise<void>;
}

export async function startSinkBench(store: Store): Promise<SinkBench> {
  const immich = await startImmich();
  const blank = (size: typeof IMAGE | typeof PREVIEW): Promise<Buffer> =>
    sharp({ create: { ...size, channels: 3, background: 'white' } })
      .jpeg()
      .toBuffer();
  const [picture, preview] = await Promise.all([blank(IMAGE), blank(PREVIEW)]);
  immich.state.facialRecognition = false;
  const user = immich.state.addUser('ada');
  const key = immich.state.addKey(user);
  const clients: Immich[] = [];
  const facts: Fact[] = [];
  const publishFact = (fact: Fact): Promise<void> => Promise.resolve(void facts.push(fact));
  const ours = openOurSide({ store, publishFact });
  let current: ImmichSink | undefined;
  let account: ImmichAccount | undefined;
  let written = 0;
  const look: SinkBench['lookAgain'] = async (asset, faces, removed = false) => {
    const { id: assetId, ownerId } = asset;
    const before = await store.findPhoto(ownerId, assetId);
    const record = makePhotoRecord({
      ...{ ownerId, assetId, removed, image: IMAGE },
      sequence: (await store.headSequence(ownerId)) + 1,
      revision: (before?.revision ?? 0) + 1,
      faces: faces.map(({ personId, box = BOX, faceId = `${assetId}-${String(personId)}` }) =>
        makeFaceRecord({ faceId, personId, box }),
      ),
    });
    await store.commitPhoto(record, before?.sequence ?? null);
  };
  const bench: SinkBench = {
    ...{ immich, store, user, key, facts, picture },
    get sink() {
      if (current === undefined) throw new Error('start first');
      return current;
    },
    get account() {
      if (account === undefined) throw new Error('start first');
      return account;
    },
    start: async (changes = {}) => {
      const client = openImmich({ url: immich.url, retry: { attempts: 2, backoffMillis: 1 } });
      clients.push(client);
      const keys = (changes.keys ?? [key]).map((one) => ({ key: one, label: 'test' }));
      const opened = createAccounts(client, { keys, log });
      await opened.refresh();
      const accounts = changes.wrap?.(opened) ?? opened;
      account = accounts.of(user.id);
      current = createImmichSink({
        ...{ accounts, log, ours: changes.wrapOurs?.(ours) ?? ours },
        links: changes.links ?? store.immichLinks,
        turns: store.immich,
        ...(changes.mostPeople !== undefined && { mostPeople: changes.mostPeople }),
        settings: { ...SETTINGS, ...changes.settings },
        detection: {
          isOn: () => Promise.resolve(false),
          servedUntil: () => Promise.resolve(Date.now()),
          ...changes.detection,
        },
      });
      immich.takeRequests();
      return { sink: current, accounts };
    },
    addPhoto: async (faces, changes = {}) => {
      const asset = immich.state.addAsset(user, picture, {
        ...{ ...IMAGE, preview },
        ...changes,
      });
      await look(asset, faces);
      return asset;
    },
    lookAgain: look,
    write: async (asset) => {
      await bench.sink.writePhoto(asset.ownerId, asset.id);
    },
    correct: async (correction) => {
      const fact = await createCorrector({ store, publish: publishFact })(
        user.id,
        correction,
        'test',
      );
      await bench.writeFacts();
      return fact;
    },
    writeFacts: async (again = 0) => {
      written -= again;
      while (written < facts.length) {
        const fact = facts[written++]!;
        const { signal } = new AbortController();
        await bench.sink.writePeople(fact.ownerId, fact.changes, { signal });
      }
    },
    readBack: async () => {
      const client = openImmich({ url: immich.url });
      clients.push(client);
      const accounts = createAccounts(client, { keys: [{ key, label: 'test' }], log });
      await accounts.refresh();
      immich.takeRequests();
      const found = await bench.sink.readBack(accounts.of(user.id), new AbortController().signal);
      return found;
    },
    takeWrites: () =>
      immich
        .takeRequests()
        .map(({ route }) => route)
        .filter((route) => !route.startsWith('GET') && route !== 'POST /search/metadata'),
    people: () => [...immich.state.people.values()],
    faces: (asset) =>
      [...immich.state.faces.values()].filter(
        ({ assetId, deletedAt }) => assetId === asset.id && deletedAt === null,
      ),
    detect: (asset, box = BOX, person) =>
      addFace(immich.state, asset, {
        personId: person?.id ?? null,
        ...{ imageWidth: PREVIEW.width, imageHeight: PREVIEW.height },
        boundingBoxX1: Math.round(box.x / 2) + 3,
        boundingBoxY1: Math.round(box.y / 2) - 2,
        boundingBoxX2: Math.round((box.x + box.width) / 2) + 1,
        boundingBoxY2: Math.round((box.y + box.height) / 2) + 4,
        sourceType: 'machine-learning',
      }),
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await immich.jobs.settled();
      await immich.stop();
    },
  };
  return bench;
}
