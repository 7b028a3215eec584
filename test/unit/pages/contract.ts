import type { z } from 'zod';

import type * as server from '../../../src/http/api/schemas.ts';
import type { Correction as ServerCorrection } from '../../../src/identities/journal/plan-fact.ts';
import type * as client from '../../../src/pages/api/types.ts';

/** Compiles only while every answer of the server can be read as the pages read it, and every wish sent. */
type Reads<Client, Answer extends Client> = [Client, Answer];
export type Contract = [
  Reads<client.PersonSummary, z.output<typeof server.PersonSummary>>,
  Reads<client.FaceSummary, z.output<typeof server.FaceSummary>>,
  Reads<client.PhotoSummary, z.output<typeof server.PhotoSummary>>,
  Reads<client.PersonDetails, z.output<typeof server.PersonDetails>>,
  Reads<client.PhotoDetails, z.output<typeof server.PhotoDetails>>,
  Reads<client.Session, z.output<typeof server.Session>>,
  Reads<ServerCorrection, client.Correction>,
];
