import { z } from 'zod';

/** Of `GET /server/version`. */
export const ImmichVersion = z.object({ major: z.number(), minor: z.number(), patch: z.number() });
export type ImmichVersion = z.infer<typeof ImmichVersion>;
