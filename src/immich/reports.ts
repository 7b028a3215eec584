import type { ErrorCode } from '../errors.ts';

/** One try of a request; an outcome is 'done' or the code of its error. */
export interface RequestReport {
  readonly method: string;
  /** Below `/api`. */
  readonly path: string;
  readonly outcome: 'done' | ErrorCode;
}

/** Something that was written into Immich. */
export interface WriteReport {
  readonly object: 'face' | 'person' | 'tag' | 'album';
  readonly action: 'created' | 'assigned' | 'changed' | 'merged' | 'filled' | 'emptied' | 'deleted';
}

/** Told of what goes on with Immich, for whoever counts it. Never of a key. */
export interface ImmichReports {
  readonly requested: (outcome: RequestReport['outcome']) => void;
  readonly wrote: (write: WriteReport) => void;
  /** An event of Immich's was heard. */
  readonly nudged: () => void;
  /** A user's changes were looked at. */
  readonly swept: (user: string, millis: number) => void;
  readonly queued: (source: 'upload' | 'rerun' | 'backfill' | 'removal', jobs: number) => void;
}

const ID = '[^/]+';
/** Which requests write what; POST /search/metadata only asks. */
const WRITES: readonly (WriteReport & { readonly method: string; readonly path: RegExp })[] = [
  { method: 'POST', path: /^\/faces$/, object: 'face', action: 'created' },
  { method: 'PUT', path: exactly(`/faces/${ID}`), object: 'face', action: 'assigned' },
  { method: 'DELETE', path: exactly(`/faces/${ID}`), object: 'face', action: 'deleted' },
  { method: 'POST', path: /^\/people$/, object: 'person', action: 'created' },
  { method: 'PUT', path: exactly(`/people/${ID}`), object: 'person', action: 'changed' },
  { method: 'POST', path: exactly(`/people/${ID}/merge`), object: 'person', action: 'merged' },
  { method: 'DELETE', path: exactly(`/people/${ID}`), object: 'person', action: 'deleted' },
  { method: 'PUT', path: /^\/tags$/, object: 'tag', action: 'created' },
  { method: 'PUT', path: exactly(`/tags/${ID}/assets`), object: 'tag', action: 'filled' },
  { method: 'DELETE', path: exactly(`/tags/${ID}/assets`), object: 'tag', action: 'emptied' },
  { method: 'DELETE', path: exactly(`/tags/${ID}`), object: 'tag', action: 'deleted' },
  { method: 'POST', path: /^\/albums$/, object: 'album', action: 'created' },
  { method: 'PATCH', path: exactly(`/albums/${ID}`), object: 'album', action: 'changed' },
  { method: 'PUT', path: exactly(`/albums/${ID}/assets`), object: 'album', action: 'filled' },
  { method: 'DELETE', path: exactly(`/albums/${ID}/assets`), object: 'album', action: 'emptied' },
  { method: 'DELETE', path: exactly(`/albums/${ID}`), object: 'album', action: 'deleted' },
];

function exactly(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

/** Passes on what became of a request, and what it wrote when it did. */
export function reportRequest(
  { method, path, outcome }: RequestReport,
  { requested, wrote }: Pick<ImmichReports, 'requested' | 'wrote'>,
): void {
  requested(outcome);
  const write = WRITES.find((one) => one.method === method && one.path.test(path));
  if (write !== undefined && outcome === 'done') {
    wrote({ object: write.object, action: write.action });
  }
}
