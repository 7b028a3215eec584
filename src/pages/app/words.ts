const whole = new Intl.NumberFormat('en');
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
/** Photos are told by the clock of their place, which is written as if it were UTC. */
const photoDay = new Intl.DateTimeFormat('en', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
});
const month = new Intl.DateTimeFormat('en', {
  ...{ month: 'short', year: 'numeric', timeZone: 'UTC' },
});
const dayAndTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const longDay = new Intl.DateTimeFormat('en', { dateStyle: 'full' });

export function numberText(value: number): string {
  return whole.format(value);
}

/** `1 photo`, `1,204 photos`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

export function dayText(at: string): string {
  return day.format(new Date(at));
}

/** A photo's day, as `May 4, 2010` or `looked at Nov 24, 2026` where nobody knows when it was taken. */
export function photoDayText({
  takenAt,
  at,
}: {
  readonly takenAt: string | null;
  readonly at: string;
}): string {
  return takenAt === null ? `looked at ${dayText(at)}` : photoDay.format(new Date(takenAt));
}

export function dayAndTimeText(at: string): string {
  return dayAndTime.format(new Date(at));
}

export function longDayText(at: string): string {
  return longDay.format(new Date(at));
}

/** `Mar 2019 – Jun 2024`, or one month. */
export function spanText(firstAt: string | null, lastAt: string | null): string {
  if (firstAt === null || lastAt === null) return '';
  const [first, last] = [month.format(new Date(firstAt)), month.format(new Date(lastAt))];
  return first === last ? first : `${first} – ${last}`;
}

/** `2 h`, for a figure. */
export function shortDurationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 36 * 3600
    ? `${Math.round(seconds / 3600)} h`
    : counted(Math.round(seconds / 86_400), 'day');
}

/** `about 2 hours`, for what is left to do. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `about ${counted(Math.max(1, Math.round(seconds)), 'second')}`;
  const minutes = seconds / 60;
  if (minutes < 90) return `about ${counted(Math.round(minutes), 'minute')}`;
  const hours = minutes / 60;
  return hours < 36
    ? `about ${counted(Math.round(hours), 'hour')}`
    : `about ${counted(Math.round(hours / 24), 'day')}`;
}

/** What the server calls who asks when no logins are set. */
export const NOBODY_IN_PARTICULAR = 'local';

/** When it was said and by whom, as `May 4, 2010, 3:07 PM · by ada`; by nobody where there are no logins. */
export function saidText(at: string, by: string): string {
  const who = by === 'machine' ? 'the worker' : by;
  return dayAndTimeText(at) + (by === NOBODY_IN_PARTICULAR ? '' : ` · by ${who}`);
}

/** The first letter large, as at the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The first part of a UUID, which tells people apart; any other id as it is. */
export function shortId(id: string): string {
  return UUID.test(id) ? id.slice(0, 8) : id;
}

export function nameOf(person: { readonly name: string | null } | null): string {
  return person?.name ?? 'someone without a name';
}
