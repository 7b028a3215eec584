/** What a person is called, '' without a name, and whether it is left out of lists. */
export interface Naming {
  readonly name: string;
  readonly hidden: boolean;
}

export interface NamingPlan {
  /** To be written into Immich. */
  readonly write: Partial<Naming>;
  /** Done by a user in Immich, and to be taken over. */
  readonly take: Partial<Naming>;
  /** What both sides agree on after that. */
  readonly agreed: Naming;
}

/**
 * Brings two sides together that agreed on `base` once: whoever has changed something since is
 * followed, and where both have, Immich's user is.
 */
export function planNames(base: Naming, ours: Naming, theirs: Naming): NamingPlan {
  const name = follow(base.name, ours.name, theirs.name);
  const hidden = follow(base.hidden, ours.hidden, theirs.hidden);
  return {
    write: { ...(name.write && { name: ours.name }), ...(hidden.write && { hidden: ours.hidden }) },
    take: {
      ...(name.take && { name: theirs.name }),
      ...(hidden.take && { hidden: theirs.hidden }),
    },
    agreed: { name: name.agreed, hidden: hidden.agreed },
  };
}

function follow<T>(base: T, ours: T, theirs: T): { write: boolean; take: boolean; agreed: T } {
  const take = theirs !== base && theirs !== ours;
  const write = !take && ours !== theirs;
  return { write, take, agreed: take ? theirs : ours };
}
