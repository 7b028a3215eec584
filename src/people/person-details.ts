import type { Directory } from './directory.ts';
import { knownPerson } from './list-photos.ts';
import { similarPeople, type SimilarPerson } from './similar-people.ts';
import { summarisePerson, type PersonSummary } from './summaries.ts';

export interface PersonDetails {
  readonly person: PersonSummary;
  /** The id that was asked for, when it was merged into the person. */
  readonly redirectedFrom?: string;
  readonly mergedFrom: readonly {
    readonly personId: string;
    readonly name: string | null;
    /** One of the faces that came with the merge. */
    readonly faceId: string | null;
    /** The merge, by which it can be undone. */
    readonly factId: string;
  }[];
  readonly similar: readonly SimilarPerson[];
  readonly head: number;
}

/** A person, who was merged into it and who may be. Throws PERSON_UNKNOWN. */
export function personDetails(directory: Directory, asked: string): PersonDetails {
  const personId = knownPerson(directory, asked);
  return {
    person: summarisePerson(directory, personId),
    ...(personId === asked ? {} : { redirectedFrom: asked }),
    mergedFrom: mergesInto(directory, personId),
    similar: similarPeople(directory, personId),
    head: directory.sequence,
  };
}

function mergesInto(directory: Directory, personId: string): PersonDetails['mergedFrom'] {
  const { people } = directory;
  return people.facts.flatMap(({ factId, body }) => {
    if (body.kind !== 'people-merged' || people.isUndone(factId)) return [];
    if (people.resolve(body.from) !== personId) return [];
    const { name } = people.stateOf(body.from);
    const faceId = directory.someFaceOf(body.from)?.faceId ?? null;
    return [{ personId: body.from, name, faceId, factId }];
  });
}
