import { WorkerError } from '../errors.ts';
import type { Correction } from '../identities/journal/plan-fact.ts';
import type { MergeProposal } from '../identities/tidy/merge-proposal.ts';
import type { Directories } from './directories.ts';
import type { Directory } from './directory.ts';
import { pageOf, type Page, type PageWish } from './page.ts';
import { faceQuestion, mergeQuestion, type AskableMerge, type ReviewItem } from './review-item.ts';
import { uncertainFaces } from './uncertain-faces.ts';

/** 'ask' takes a skip back. */
export type Answer = 'yes' | 'no' | 'skip' | 'ask';

/** A question before it is put into words. */
type Open =
  | { readonly id: string; readonly kind: 'proposed-merge'; readonly proposal: AskableMerge }
  | {
      readonly id: string;
      readonly kind: 'uncertain-face';
      readonly doubt: ReturnType<typeof uncertainFaces>[number];
    };

interface Owner {
  proposals: readonly AskableMerge[];
  /** The directory's version when they were found. */
  version: number;
  foundAt: number;
  finding: Promise<void> | null;
  /** By id, until when a question that was skipped is not asked again. */
  readonly skipped: Map<string, number>;
}

export interface ReviewPorts {
  readonly directories: Directories;
  readonly proposeMerges: (ownerId: string, limit: number) => Promise<readonly MergeProposal[]>;
  /** Sure pairs are merged without being asked about. */
  readonly mergesByItself: boolean;
}

const MOST_ITEMS = 500;
/** Finding pairs among ten thousand people takes seconds, sliced; so not after every photo. */
const FIND_EVERY_MILLIS = 30_000;
const SKIPPED_MILLIS = 86_400_000;

/** Questions for users, of each owner: people who may be one, then faces in doubt. */
export class ReviewList {
  readonly #ports: ReviewPorts;
  readonly #owners = new Map<string, Owner>();

  constructor(ports: ReviewPorts) {
    this.#ports = ports;
  }

  async page(ownerId: string, wish: PageWish): Promise<Page<ReviewItem>> {
    const directory = await this.#ports.directories.current(ownerId);
    const { skipped } = this.#ownerOf(ownerId);
    // Placed among all: a skip must not move the others past a cursor.
    const placed = (await this.#open(ownerId, directory))
      .map((item, place) => ({ item, place }))
      .filter(({ item }) => Date.now() >= (skipped.get(item.id) ?? 0));
    const page = pageOf(placed, ({ place }) => [place], wish);
    return {
      ...page,
      items: page.items.map(({ item }) =>
        item.kind === 'proposed-merge'
          ? mergeQuestion(directory, item)
          : faceQuestion(directory, item),
      ),
    };
  }

  /**
   * The correction that an answer is; null for a skip, which puts the question off for a day, and for
   * its taking back. `name` is what merged people are called. A question that was put off can be
   * answered all the same. Throws REVIEW_OVER for one that is no longer open.
   */
  async answer(
    ownerId: string,
    id: string,
    { answer, name }: { answer: Answer; name: string | null },
  ): Promise<Correction | null> {
    const directory = await this.#ports.directories.current(ownerId);
    const open = (await this.#open(ownerId, directory)).find((item) => item.id === id);
    if (open === undefined) {
      throw new WorkerError('REVIEW_OVER', 'this question has been answered or is no longer one');
    }
    const { skipped } = this.#ownerOf(ownerId);
    skipped.delete(id);
    if (answer === 'ask') return null;
    if (answer === 'skip') {
      skipped.set(id, Date.now() + SKIPPED_MILLIS);
      return null;
    }
    return open.kind === 'proposed-merge'
      ? mergeAnswer(open.proposal, answer, name)
      : faceAnswer(open.doubt, answer);
  }

  /** Also those that were put off. */
  async #open(ownerId: string, directory: Directory): Promise<Open[]> {
    const owner = this.#ownerOf(ownerId);
    await this.#find(ownerId, owner, directory);
    const proposals = owner.proposals.filter((one) => isStillOpen(one, directory));
    const doubts = directory.remember('uncertain faces', directory.version, () =>
      uncertainFaces(directory, MOST_ITEMS),
    );
    return [
      ...proposals.map((proposal) => {
        const id = idOf(['merge', ...[proposal.from, proposal.into].sort()]);
        return { kind: 'proposed-merge' as const, id, proposal };
      }),
      ...doubts.map((doubt) => {
        const id = idOf(['face', doubt.faceId, doubt.suggestedPersonId]);
        return { kind: 'uncertain-face' as const, id, doubt };
      }),
    ];
  }

  /** Waits only for the first; later what was found before is shown meanwhile. */
  async #find(ownerId: string, owner: Owner, { version }: Directory): Promise<void> {
    const isFirst = owner.foundAt === 0;
    const isDue = owner.version !== version && Date.now() >= owner.foundAt + FIND_EVERY_MILLIS;
    if (owner.finding === null && (isFirst || isDue)) {
      owner.finding = this.#ports
        .proposeMerges(ownerId, MOST_ITEMS)
        .then((proposals) => {
          owner.proposals = proposals.filter((one): one is AskableMerge =>
            isAskable(one, this.#ports),
          );
          owner.version = version;
          owner.foundAt = Date.now();
        })
        .finally(() => {
          owner.finding = null;
        });
      // Whoever waits hears of a failure; the next one tries again.
      owner.finding.catch(() => undefined);
    }
    if (isFirst) await owner.finding;
  }

  #ownerOf(ownerId: string): Owner {
    const owner = this.#owners.get(ownerId) ?? {
      proposals: [],
      version: -1,
      foundAt: 0,
      finding: null,
      skipped: new Map<string, number>(),
    };
    this.#owners.set(ownerId, owner);
    return owner;
  }
}

function isAskable(
  { reason }: MergeProposal,
  { mergesByItself }: Pick<ReviewPorts, 'mergesByItself'>,
): boolean {
  return reason !== 'on-one-photo' && !(reason === 'sure' && mergesByItself);
}

/** What was answered or undone since it was found. */
function isStillOpen({ from, into }: MergeProposal, { people, persons }: Directory): boolean {
  const isOpen = (id: string): boolean =>
    people.resolve(id) === id && persons.has(id) && !people.stateOf(id).hidden;
  return isOpen(from) && isOpen(into) && !people.areDistinct(from, into);
}

function mergeAnswer(
  { from, into }: MergeProposal,
  answer: 'yes' | 'no',
  name: string | null,
): Correction {
  return answer === 'yes'
    ? { kind: 'people-merged', from, into, name }
    : { kind: 'people-distinct', personA: from, personB: into };
}

function faceAnswer(
  doubt: { faceId: string; personId: string | null; suggestedPersonId: string },
  answer: 'yes' | 'no',
): Correction {
  const { faceId, suggestedPersonId: personId } = doubt;
  if (answer === 'no') return { kind: 'faces-denied', faceIds: [faceId], personId };
  const kind = doubt.personId === personId ? 'faces-confirmed' : 'faces-assigned';
  return { kind, faceIds: [faceId], personId };
}

function idOf(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}
