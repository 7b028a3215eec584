import type { ImmichPerson } from '../client/people.ts';
import type { PersonLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';
import { takeTurn } from './turns.ts';
import { TEMPORARY } from './write-faces.ts';

/** Of those whom a pass looks at, the share of those who changed, and of those who are missed. */
const SHARE = 1 / 3;
const CHANGED_TURN = 'people changed until';

/**
 * People of ours in Immich whose faces are to be compared in this pass, `most` of them: first those
 * who changed there since, by the listing's `updatedAt`; then those with a name whom it does not list,
 * since they were merged or deleted; then all others in turn.
 */
export async function whoIsDue(
  context: OwnerContext,
  links: readonly PersonLink[],
  { listed, most }: { readonly listed: ReadonlyMap<string, ImmichPerson>; readonly most: number },
): Promise<PersonLink[]> {
  if (links.length <= most) return [...links];
  const part = Math.ceil(most * SHARE);
  const changed = await changedPeople(context, links, { listed, most: part });
  const missed = links.filter(
    ({ immichId, details }) => details.name !== '' && !listed.has(immichId ?? ''),
  );
  const first = new Map(changed.map((link) => [link.id, link]));
  const missing = await takeTurn(context.turns, 'people missed', { all: missed, most: part });
  for (const link of missing) first.set(link.id, link);
  const others = links.filter(({ id }) => !first.has(id));
  const next = { all: others, most: most - first.size };
  return [...first.values(), ...(await takeTurn(context.turns, 'people', next))];
}

async function changedPeople(
  { turns }: OwnerContext,
  links: readonly PersonLink[],
  { listed, most }: { readonly listed: ReadonlyMap<string, ImmichPerson>; readonly most: number },
): Promise<PersonLink[]> {
  const until = (await turns.read(CHANGED_TURN)) ?? '';
  const changed = links
    .flatMap((link) => {
      const at = listed.get(link.immichId ?? '')?.updatedAt ?? '';
      return at > until ? [{ link, at }] : [];
    })
    // The latest: of those who are too many the others come in turn.
    .sort((a, b) => (a.at > b.at ? -1 : 1))
    .slice(0, most);
  const [latest] = changed;
  if (latest !== undefined) await turns.write(CHANGED_TURN, latest.at);
  return changed.map(({ link }) => link);
}

/** Those who stand in Immich and are not on their way there or gone from it. */
export async function linkedPeople({ links }: OwnerContext): Promise<PersonLink[]> {
  const linked: PersonLink[] = [];
  for await (const link of links.all('person')) {
    const { state } = link.details;
    if (state === 'linked' && link.immichId !== null && !link.id.startsWith(TEMPORARY)) {
      linked.push(link);
    }
  }
  return linked;
}
