import { types } from 'node:util';

/**
 * Every error that a user can meet, with whether trying again can help.
 * `queue/` turns `retryable: false` into a job that fails at once and for good, lets a job that
 * `endsChild` run once more at most, and lets one that is `patient` wait without using up its runs: for
 * hours, or always, as what is no photo's fault must not fail a whole backlog.
 */
export const ERROR_CODES = {
  CONFIG_INVALID: { retryable: false },
  ARGUMENT_INVALID: { retryable: false },
  PAYLOAD_INVALID: { retryable: false },
  PHOTO_SOURCE_MISSING: { retryable: false },
  PATH_OUTSIDE_ROOTS: { retryable: false },
  PATH_NOT_FOUND: { retryable: false },
  PATH_NOT_A_FILE: { retryable: false },
  PATH_UNREADABLE: { retryable: false },
  PATH_IO_ERROR: { retryable: true },
  FOLDER_UNUSABLE: { retryable: false },
  EVAL_DATA_UNUSABLE: { retryable: false },
  PHOTO_EMPTY: { retryable: false },
  PHOTO_TOO_LARGE: { retryable: false },
  PHOTO_TOO_MANY_PIXELS: { retryable: false },
  PHOTO_NOT_AN_IMAGE: { retryable: false },
  PHOTO_FORMAT_UNSUPPORTED: { retryable: false },
  PHOTO_DAMAGED: { retryable: false },
  VISION_DEADLINE: { retryable: true, endsChild: true },
  VISION_MEMORY: { retryable: true, endsChild: true },
  VISION_CHILD_KILLED: { retryable: true, endsChild: true },
  VISION_CHILD_EXITED: { retryable: true, endsChild: true },
  VISION_FAILED: { retryable: true },
  ENGINE_UNAVAILABLE: { retryable: false },
  WEIGHTS_MISSING: { retryable: false },
  WEIGHTS_MISMATCH: { retryable: false },
  STORE_UNAVAILABLE: { retryable: true, patient: 'always' },
  STORE_NOT_WRITABLE: { retryable: true, patient: 'always' },
  STORE_NEWER_VERSION: { retryable: false },
  STORE_DAMAGED: { retryable: false },
  STORE_UNSUPPORTED: { retryable: false },
  STORE_DIFFERS: { retryable: false },
  STORE_CONFLICT: { retryable: true, patient: 'always' },
  PHOTO_CHANGED: { retryable: true },
  PHOTO_NOT_KNOWN: { retryable: false },
  CORRECTION_REFUSED: { retryable: false },
  CORRECTION_OUTDATED: { retryable: false },
  NAME_NEEDED: { retryable: false },
  PERSON_UNKNOWN: { retryable: false },
  FACE_UNKNOWN: { retryable: false },
  PHOTO_UNKNOWN: { retryable: false },
  JOB_UNKNOWN: { retryable: false },
  JOB_NOT_FAILED: { retryable: false },
  REVIEW_OVER: { retryable: false },
  REQUEST_INVALID: { retryable: false },
  IMPORT_INVALID: { retryable: false },
  IMPORT_TOO_LARGE: { retryable: false },
  LOGIN_NEEDED: { retryable: false },
  LOGIN_WRONG: { retryable: false },
  LOGIN_TOO_OFTEN: { retryable: true },
  FORBIDDEN: { retryable: false },
  REDIS_UNAVAILABLE: { retryable: true },
  REDIS_EVICTS: { retryable: false },
  HTTP_ADDRESS_IN_USE: { retryable: false },
  HTTP_ADDRESS_UNUSABLE: { retryable: false },
  PAGES_MISSING: { retryable: false },
  JOB_ABORTED: { retryable: true, patient: 'always' },
  IMMICH_UNAVAILABLE: { retryable: true, patient: 'for hours' },
  IMMICH_ANSWER_INVALID: { retryable: false },
  IMMICH_REFUSED: { retryable: false },
  IMMICH_KEY_REFUSED: { retryable: false },
  IMMICH_KEY_MISSING: { retryable: false },
  IMMICH_PERMISSION_MISSING: { retryable: false },
  ASSET_GONE: { retryable: false },
  IMMICH_DETECTION_PENDING: { retryable: true, patient: 'always' },
  IMMICH_FACES_PENDING: { retryable: true, patient: 'always' },
  PREVIEW_NOT_READY: { retryable: true, patient: 'for hours' },
  UPLOAD_INVALID: { retryable: false },
  UPLOAD_ELSEWHERE: { retryable: true, patient: 'for hours' },
  RESULT_TIMEOUT: { retryable: true },
  WORKER_ENDED: { retryable: false },
  SYSTEM_PACKAGE_MISSING: { retryable: false },
} as const satisfies Record<
  string,
  { retryable: boolean; endsChild?: true; patient?: 'for hours' | 'always' }
>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes of photos that ended the child process which looked at them. */
export const CHILD_ENDING_CODES = Object.entries(ERROR_CODES).flatMap(([code, traits]) =>
  'endsChild' in traits ? [code as ErrorCode] : [],
);

/** Codes of what passes by itself, but may take its time: jobs wait for it and use up no run. */
export const PATIENT_CODES = codesThatAre('for hours', 'always');

/** Those of them that never use up a run: what waits tells itself when it has waited long enough. */
export const ENDLESS_CODES = codesThatAre('always');

function codesThatAre(...patient: readonly string[]): readonly ErrorCode[] {
  return Object.entries(ERROR_CODES).flatMap(([code, traits]) =>
    'patient' in traits && patient.includes(traits.patient) ? [code as ErrorCode] : [],
  );
}

/** An error with a code of the closed list above; `message` reads as what happened and what to do. */
export class WorkerError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** Ids and numbers for the log and the job; never a secret, never a whole payload. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WorkerError';
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.details = options.details ?? {};
  }

  /** `[CODE] message`, the form shown in a failed job and on a terminal. */
  get line(): string {
    return `[${this.code}] ${this.message}`;
  }
}

/** The message of anything thrown, for logs and `cause` texts. */
export function messageOf(error: unknown): string {
  if (error instanceof WorkerError) return error.line;
  // libsql's errors inherit from Error without being native ones.
  return error instanceof Error || types.isNativeError(error) ? error.message : String(error);
}

/** The system's code of a failed call (ENOENT, EACCES …), or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether it lies with the file: one that is not there any more, or is none that can be read here. */
export function isFileAtFault(error: unknown): boolean {
  return error instanceof WorkerError && /^(PATH_NOT_FOUND$|PHOTO_)/.test(error.code);
}
