import { WorkerError } from '../../errors.ts';
import { absorbMerged } from './merge-people.ts';
import { mayAll, type OwnerContext, type WriteSettings } from './owner-context.ts';
import { inheritAlbum } from './same-collection.ts';
import { isSurelyPending } from './wait-for-detection.ts';
import { renamePersonAlbum } from './write-collections.ts';
import { PEOPLE_PERMISSIONS, writeUnlessPending } from './write-one-photo.ts';
import { syncPerson, withdrawEmptyPerson } from './write-people.ts';

/** What changed of an owner's people; of `PeopleChanged`. */
export interface ChangedPeople {
  readonly people: readonly {
    readonly personId: string;
    readonly before: PersonWords;
    readonly after: PersonWords;
  }[];
  readonly faces: readonly {
    readonly assetId: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

interface PersonWords {
  readonly name: string | null;
  readonly hidden: boolean;
  readonly mergedInto: string | null;
  readonly deleted: boolean;
}

/** Brings what changed of people, and the photos on which it shows, to where ours are. */
export async function writeChangedPeople(
  context: OwnerContext,
  changed: ChangedPeople,
  signal: AbortSignal,
): Promise<void> {
  if (await isSurelyPending(context)) throw facesPending();
  const assets = new Set(changed.faces.map(({ assetId }) => assetId));
  const lost = new Set<string>();
  for (const change of changed.people) {
    for (const assetId of await writeChangedPerson(context, change)) assets.add(assetId);
    lost.add(change.personId);
  }
  let waiting = 0;
  for (const assetId of assets) {
    signal.throwIfAborted();
    if (!(await writeUnlessPending(context, assetId))) waiting += 1;
  }
  for (const { before } of changed.faces) if (before !== null) lost.add(before);
  for (const personId of lost) {
    const link = await context.links.person(personId);
    if (link?.immichId != null) await withdrawEmptyPerson(context, link.immichId);
  }
  if (waiting > 0) throw facesPending();
}

function facesPending(): WorkerError {
  return new WorkerError(
    'IMMICH_FACES_PENDING',
    "Immich's own face detection has not had its turn for all photos of the people that changed; " +
      'the others are written (IMMICH_DETECTION_WAIT_MINUTES)',
  );
}

/** Answers with the photos on which the change shows. */
async function writeChangedPerson(
  context: OwnerContext,
  { personId, before, after }: ChangedPeople['people'][number],
): Promise<readonly string[]> {
  const { ours, ownerId, settings } = context;
  const ourPeople = await ours.peopleOf(ownerId);
  const now = ourPeople.resolve(personId);
  // Not the change's own word: an earlier one may come after a later.
  const { name } = ourPeople.stateOf(personId);
  if (settings.people && mayAll(context, ...PEOPLE_PERMISSIONS)) {
    await absorbMerged(context, personId);
    await syncPerson(context, now);
  }
  if (settings.albums && now !== personId) await inheritAlbum(context, personId, now);
  if (settings.albums && name !== null) await renamePersonAlbum(context, personId, name);
  return changesPhotos(before, after, settings) ? ours.assetsOf(ownerId, personId) : [];
}

/** Whether the change shows on the person's photos and not on the person alone. */
function changesPhotos(
  before: PersonWords,
  after: PersonWords,
  { tags, albums, unnamedPeople }: WriteSettings,
): boolean {
  const isNamed = (before.name === null) !== (after.name === null);
  return (
    before.mergedInto !== after.mergedInto ||
    before.deleted !== after.deleted ||
    (!unnamedPeople && isNamed) ||
    ((tags || albums) && (before.name !== after.name || before.hidden !== after.hidden))
  );
}
