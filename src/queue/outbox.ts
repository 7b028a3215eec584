import type { Fact } from '../identities/journal/fact.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import {
  FACES_IDENTIFIED,
  resultJobId,
  toFacesIdentified,
  type FacesIdentified,
} from './faces-identified.ts';
import {
  factJobId,
  PEOPLE_CHANGED,
  toPeopleChanged,
  type PeopleChanged,
} from './people-changed.ts';

/** What the store keeps of results that are still to be published. */
export interface Outbox {
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
  findUnpublishedFacts(limit: number, ownerId?: string): Promise<Fact[]>;
  markFactPublished(ownerId: string, factId: string): Promise<void>;
}

/** Sends what waits in the outbox. All reject when something cannot be sent, which then stays there. */
export interface OutboxSender {
  /** Sends one committed record. */
  sendPhoto(view: PhotoView): Promise<void>;
  /** Sends an owner's facts that wait, in their order; of very many only the first. */
  sendFactsOf(ownerId: string): Promise<void>;
  /** Sends all until it is over; answers how many. */
  sendAll(isOver: () => boolean): Promise<number>;
}

const PAGE = 100;

/** What is sent is marked after it, so that a crash in between sends it twice, and never not at all. */
export function createOutboxSender(options: {
  readonly store: Outbox;
  readonly add: (
    name: string,
    data: FacesIdentified | PeopleChanged,
    jobId: string,
  ) => Promise<unknown>;
  /** A stored record as users see it now. */
  readonly viewOf: (record: PhotoRecord) => Promise<PhotoView>;
}): OutboxSender {
  const { store, add, viewOf } = options;
  const sendPhoto = async (view: PhotoView): Promise<void> => {
    await add(FACES_IDENTIFIED, toFacesIdentified(view), resultJobId(view));
    await store.markPublished(view.ownerId, view.assetId, view.revision);
  };
  const sendStored = async (record: PhotoRecord): Promise<void> => sendPhoto(await viewOf(record));
  const sendFact = async (fact: Fact): Promise<void> => {
    await add(PEOPLE_CHANGED, toPeopleChanged(fact), factJobId(fact));
    await store.markFactPublished(fact.ownerId, fact.factId);
  };
  // Always from the first that waits: so none goes out before an earlier one, whichever workers send
  // at once, since what waits no longer was sent before it was marked.
  const sendFacts = async (isOver: () => boolean, ownerId?: string): Promise<number> =>
    sendPage(await store.findUnpublishedFacts(PAGE, ownerId), sendFact, isOver);
  return {
    sendPhoto,
    sendFactsOf: async (ownerId) => {
      await sendFacts(() => false, ownerId);
    },
    sendAll: async (isOver) => {
      const photos = await sendPages(async () =>
        sendPage(await store.findUnpublished(PAGE), sendStored, isOver),
      );
      return photos + (await sendPages(() => sendFacts(isOver)));
    },
  };
}

/** Sends page after page until one is not full; answers how many were sent. */
async function sendPages(sendNextPage: () => Promise<number>): Promise<number> {
  for (let count = 0; ;) {
    const sent = await sendNextPage();
    count += sent;
    if (sent < PAGE) return count;
  }
}

/** Sends one after the other until it is over; answers how many were sent. */
async function sendPage<T>(
  page: readonly T[],
  send: (item: T) => Promise<void>,
  isOver: () => boolean,
): Promise<number> {
  for (const [count, item] of page.entries()) {
    if (isOver()) return count;
    await send(item);
  }
  return page.length;
}
