/** What of ours a link is about. */
export type LinkKind = 'person' | 'face' | 'collection' | 'member';

/**
 * What stands in Immich for something of ours. `group` and `id` name ours: a person ('' and its id),
 * a face (asset, face), a collection ('' and its key: a tag or an album) or an asset's place in a
 * collection (key, asset).
 */
export interface Link<Details extends object = object> {
  readonly ownerId: string;
  readonly kind: LinkKind;
  readonly group: string;
  readonly id: string;
  /** Of the person, face, tag or album; null while it is being made. */
  readonly immichId: string | null;
  /** Immich's person of a face, as last seen or written; null for all else. */
  readonly immichPersonId: string | null;
  readonly details: Details;
}

export type LinkKey = Pick<Link, 'ownerId' | 'kind' | 'group' | 'id'>;

/** Which links of a kind to find; what is left out is not asked for. */
export interface LinkFilter {
  readonly group?: string;
  readonly id?: string;
  /** One, or any of several. */
  readonly immichId?: string | readonly string[];
  readonly immichPersonId?: string;
}

/** Where the links are kept. */
export interface ImmichLinks {
  /** Ascending by group and id, from after `page.after`, at most `page.limit`. */
  find(
    ownerId: string,
    kind: LinkKind,
    filter: LinkFilter,
    page?: { readonly after: Pick<Link, 'group' | 'id'> | null; readonly limit: number },
  ): Promise<Link[]>;
  /** Writes each whole, in place of one with the same key. */
  write(links: readonly Link[]): Promise<void>;
  /** Those that are not there are passed over. */
  remove(keys: readonly LinkKey[]): Promise<void>;
}

/** A person in Immich that is ours, or stands for ours. */
export interface PersonDetails {
  /** 'adopted': it was there before. */
  readonly origin: 'created' | 'adopted';
  /**
   * 'creating': it carries `marker` as its name until its first face is written. 'gone': somebody
   * deleted it in Immich; nothing is written for the person until a repair.
   */
  readonly state: 'creating' | 'linked' | 'gone';
  readonly marker: string;
  /** Name ('' for none) and hiding that both sides last agreed on. */
  readonly name: string;
  readonly hidden: boolean;
  /** A user has named or hidden it in Immich: it is not ours to delete. */
  readonly touched: boolean;
}
export type PersonLink = Link<PersonDetails>;

/** A face in Immich that stands for ours. */
export interface FaceDetails {
  /** 'created' and 'assigned' by the worker; 'found': Immich or its user had said the same. */
  readonly origin: 'created' | 'assigned' | 'found';
  /**
   * 'declined': a user has taken the face away in Immich; it is not written until a repair. 'missing':
   * a face of Immich's own has vanished, by a reset or by a user; none is made in its place until a
   * repair, but one that Immich finds anew is assigned. 'away': no key sees its asset any more.
   */
  readonly state: 'creating' | 'linked' | 'declined' | 'missing' | 'away';
  /**
   * A repair did not see it in Immich: it is made again if it is not there, and that it is not is no
   * user's word.
   */
  readonly unseen?: boolean;
  /** Since when it is 'away'. */
  readonly awaySinceMillis?: number;
  /** Our person that it was written for. */
  readonly personId: string;
  /** Immich's person of an assigned face before that. */
  readonly before: string | null;
  /** The person by whose deletion it becomes nobody's, while that is under way. */
  readonly leaving?: string;
  /**
   * When Immich was asked about it since its photo is not shown as its person's, to no effect, in ms
   * since 1970; and whether so many had changed then that it looked like a reset.
   */
  readonly missed?: { readonly atMillis: number; readonly isDoubted: boolean } | null;
}
export type FaceLink = Link<FaceDetails>;

/** A tag or an album. */
export interface CollectionDetails {
  readonly origin: 'created' | 'adopted';
  readonly state: 'linked' | 'gone';
  /** As last written. */
  readonly name: string;
}
export type CollectionLink = Link<CollectionDetails>;

/** An asset that the worker put into a collection. */
export interface MemberDetails {
  /** 'declined': a user took it out again. */
  readonly state: 'adding' | 'added' | 'declined';
}
export type MemberLink = Link<MemberDetails>;

interface DetailsOf {
  readonly person: PersonDetails;
  readonly face: FaceDetails;
  readonly collection: CollectionDetails;
  readonly member: MemberDetails;
}

/** The links of one owner, with the details of their kind. */
export class OwnerLinks {
  readonly ownerId: string;
  readonly #links: ImmichLinks;

  constructor(links: ImmichLinks, ownerId: string) {
    this.#links = links;
    this.ownerId = ownerId;
  }

  async find<K extends LinkKind>(
    kind: K,
    filter: LinkFilter,
    page?: { readonly after: Pick<Link, 'group' | 'id'> | null; readonly limit: number },
  ): Promise<Link<DetailsOf[K]>[]> {
    // Only `write` below puts details there.
    return (await this.#links.find(this.ownerId, kind, filter, page)) as Link<DetailsOf[K]>[];
  }

  async person(personId: string): Promise<PersonLink | undefined> {
    return (await this.find('person', { group: '', id: personId }))[0];
  }

  /** Links of ours that some of Immich's people stand for, by Immich's ids; one read. */
  async peopleAs(immichIds: Iterable<string>): Promise<Map<string, PersonLink>> {
    const asked = [...new Set(immichIds)];
    const found = asked.length === 0 ? [] : await this.find('person', { immichId: asked });
    return new Map(
      found.flatMap((link) => (link.immichId === null ? [] : [[link.immichId, link]])),
    );
  }

  async collection(key: string): Promise<CollectionLink | undefined> {
    return (await this.find('collection', { group: '', id: key }))[0];
  }

  write(...links: readonly (PersonLink | FaceLink | CollectionLink | MemberLink)[]): Promise<void> {
    return this.#links.write(links);
  }

  async remove(...keys: readonly LinkKey[]): Promise<void> {
    if (keys.length > 0) await this.#links.remove(keys);
  }

  /** All of a kind, page by page, ascending by group and id from behind `start`. */
  async *all<K extends LinkKind>(
    kind: K,
    filter: LinkFilter = {},
    start: Pick<Link, 'group' | 'id'> | null = null,
  ): AsyncGenerator<Link<DetailsOf[K]>> {
    let after = start;
    for (;;) {
      const page: Link<DetailsOf[K]>[] = await this.find(kind, filter, { after, limit: PAGE });
      yield* page;
      after = page.at(-1) ?? null;
      if (page.length < PAGE) return;
    }
  }
}

const PAGE = 500;
