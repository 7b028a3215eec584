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
  /** Rises when an owner is forgotten: what was read before may be one's of whom nothing is to stay. */
  countForgotten(): Promise<number>;
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
  /** Sends a page; of what was read before an owner was forgotten nothing more. */
  const sendPage = async <T>(
    read: () => Promise<readonly T[]>,
    send: (item: T) => Promise<void>,
    isOver: () => boolean,
  ): Promise<SentPage> => {
    const forgotten = await store.countForgotten();
    const page = await read();
    for (const [sent, item] of page.entries()) {
      if (isOver()) return { sent, isLast: true };
      if ((await store.countForgotten()) !== forgotten) return { sent, isLast: false };
      await send(item);
    }
    return { sent: page.length, isLast: page.length < PAGE };
  };
  // Always from the first that waits: so none goes out before an earlier one, whichever workers send
  // at once, since what waits no longer was sent before it was marked.
  const sendFacts = (isOver: () => boolean, ownerId?: string): Promise<SentPage> =>
    sendPage(() => store.findUnpublishedFacts(PAGE, ownerId), sendFact, isOver);
  return {
    sendPhoto,
    sendFactsOf: async (ownerId) => {
      await sendFacts(() => false, ownerId);
    },
    sendAll: async (isOver) => {
      const photos = await sendPages(() =>
        sendPage(() => store.findUnpublished(PAGE), sendStored, isOver),
      );
      return photos + (await sendPages(() => sendFacts(isOver)));
    },
  };
}

interface SentPage {
  readonly sent: number;
  /** Nothing more waits, or it is over. */
  readonly isLast: boolean;
}

/** Sends page after page; answers how many items were sent. */
async function sendPages(sendNextPage: () => Promise<SentPage>): Promise<number> {
  for (let count = 0; ;) {
    const { sent, isLast } = await sendNextPage();
    count += sent;
    if (isLast) return count;
  }
}
