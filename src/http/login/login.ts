/** Who asks. */
export interface Login {
  readonly user: string;
  /** Whose people they are shown; null: all owners', one at a time. */
  readonly ownerId: string | null;
  /** How it is known: by a session's cookie, by Basic credentials, or because nobody has to log in. */
  readonly by: 'session' | 'basic' | 'nobody';
  /** What a request that changes something has to show; bound to the session. */
  readonly csrfToken: string;
}

/** A user of the pages and the API. */
export interface Account {
  readonly user: string;
  /** As the user types it, or as `hashPassword` printed it. */
  readonly password: string;
  /** Null: sees all owners. */
  readonly ownerId: string | null;
}
