import Table from 'cli-table3';

import { WorkerError } from '../errors.ts';
import type { FacePlace, Fact } from '../identities/journal/fact.ts';
import type { PersonSummary } from '../identities/journal/people-list.ts';
import type { People } from '../identities/journal/people.ts';
import { peopleIn } from '../identities/journal/plan-fact.ts';
import { counted } from './counted.ts';

/** `people`: an owner's people, those on most photos first, as a table or as JSON. */
export function formatPeople(people: readonly PersonSummary[], asJson: boolean): string {
  if (asJson) return `${JSON.stringify(people)}\n`;
  if (people.length === 0) return 'nobody is known yet\n';
  const table = newTable(['person', 'name', 'photos', 'faces']);
  for (const { personId, name, hidden, photos, faces } of people) {
    table.push([personId, `${name ?? ''}${hidden ? ' (hidden)' : ''}`, photos, faces]);
  }
  return `${table.toString()}\n`;
}

/** A face with the file of its photo; null for a photo that Immich gave. */
export interface FaceWithPath extends FacePlace {
  readonly path: string | null;
}

/** The faces of one person, or with null those of nobody. Throws PERSON_UNKNOWN. */
export async function facesOf(
  personId: string | null,
  known: { readonly faces: readonly FacePlace[]; readonly people: People },
  findPath: (assetId: string) => Promise<string | null>,
): Promise<FaceWithPath[]> {
  const { faces, people } = known;
  const asked = personId === null ? null : people.resolve(personId);
  const found = faces.filter((face) => people.personOf(face) === asked);
  if (personId !== null && found.length === 0 && !isKnown(personId, known)) {
    throw new WorkerError(
      'PERSON_UNKNOWN',
      `there is no person ${personId}; 'people' lists those that are known`,
    );
  }
  const paths = new Map<string, string | null>();
  for (const { assetId } of found) {
    if (!paths.has(assetId)) paths.set(assetId, await findPath(assetId));
  }
  return found.map((face) => ({ ...face, path: paths.get(face.assetId) ?? null }));
}

/** Also somebody all of whose faces a user has taken away. */
function isKnown(
  personId: string,
  { faces, people }: { readonly faces: readonly FacePlace[]; readonly people: People },
): boolean {
  const ids = new Set(people.idsOf(personId));
  return (
    faces.some((face) => face.personId !== null && ids.has(face.personId)) ||
    people.facts.some(({ body }) => peopleIn(body).some((id) => ids.has(id)))
  );
}

/** `faces`: the faces of one person, or of nobody. */
export function formatFaces(faces: readonly FaceWithPath[], asJson: boolean): string {
  if (asJson) return `${JSON.stringify(faces)}\n`;
  if (faces.length === 0) return 'there are none\n';
  const table = newTable(['face', 'photo', 'file']);
  for (const { faceId, assetId, path } of faces) table.push([faceId, assetId, path ?? '']);
  return `${table.toString()}\n`;
}

/** `history`: the journal, newest first. */
export function formatHistory(people: People, asJson: boolean): string {
  const entries = people.facts
    .map((fact) => ({ ...fact, undone: people.isUndone(fact.factId) }))
    .toReversed();
  if (asJson) return `${JSON.stringify(entries)}\n`;
  if (entries.length === 0) return 'nothing was corrected yet\n';
  const table = newTable(['fact', 'when', 'who', 'what', '']);
  for (const entry of entries) {
    table.push([entry.factId, entry.at, entry.by, describe(entry), entry.undone ? 'undone' : '']);
  }
  return `${table.toString()}\n`;
}

/** One line on what a fact says. */
export function describe({ body }: Pick<Fact, 'body'>): string {
  switch (body.kind) {
    case 'person-named':
      return `${body.personId} is named ${body.name ?? 'no more'}`;
    case 'people-merged':
      return `${body.from} is ${body.into}${named(body.name)}`;
    case 'people-distinct':
      return `${body.personA} is not ${body.personB}`;
    case 'faces-assigned':
      return `${counted(body.faceIds.length, 'face')} ${body.as}: ${body.personId}`;
    case 'faces-denied':
      return `${subjectOf(body.faceIds)} not ${body.personId}`;
    case 'faces-ignored':
      return `${subjectOf(body.faceIds)} ignored: ${body.reason}`;
    case 'person-hidden':
      return `${body.personId} is ${body.hidden ? 'hidden' : 'shown'}`;
    case 'person-deleted':
      return `${body.personId} is deleted`;
    case 'undone':
      return `${body.factId} is undone`;
  }
}

function subjectOf(faceIds: readonly string[]): string {
  const [first = '', second] = faceIds;
  return second === undefined ? `${first} is` : `${counted(faceIds.length, 'face')} are`;
}

function named(name: string | null): string {
  return name === null ? '' : `, named ${name}`;
}

function newTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}
