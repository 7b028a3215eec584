import type { People } from '../identities/journal/people.ts';
import type { AssignmentRule } from '../identities/photo-record.ts';
import type { ListedFace } from './listed-photo.ts';

/** Rules that hold only as long as the user's word of that time does. */
const BY_USER: ReadonlySet<AssignmentRule> = new Set([
  'assigned-by-user',
  'denied-by-user',
  'ignored-by-user',
  'person-deleted-by-user',
]);

/**
 * By which rule the face is whose it is now: what a user decided since goes before the rule of the
 * decision, which is stored with the face; and what was taken back since no longer counts.
 */
export function ruleInForce(
  {
    faceId,
    storedPersonId,
    rule,
    descriptor,
  }: Pick<ListedFace, 'faceId' | 'storedPersonId' | 'rule' | 'descriptor'>,
  people: People,
): AssignmentRule {
  if (people.isIgnored(faceId)) return 'ignored-by-user';
  const base = people.basePersonOf({ faceId, personId: storedPersonId });
  if (base !== null) {
    const person = people.resolve(base);
    if (people.stateOf(person).deleted) return 'person-deleted-by-user';
    if (people.isDenied(faceId, person)) return 'denied-by-user';
  }
  if (people.isAssigned(faceId)) return 'assigned-by-user';
  if (!BY_USER.has(rule)) return rule;
  if (base !== null) return 'kept-from-earlier-run';
  return descriptor === null ? 'descriptor-refused' : 'low-quality-unmatched';
}
