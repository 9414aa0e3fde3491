import { z } from 'zod';
import { ErrorText, Location } from './texts';

/** An archive in object storage, with the files and the conversation that a session has left. */
const Archive = z.object({ uri: Location.min(1), sizeBytes: z.int().nonnegative() });

/** The end of a session whose agent is asked to keep it: its archive, or the reason why there is none. */
export const KeptSession = z.union([Archive, z.object({ error: ErrorText })]);
export type KeptSession = Readonly<z.infer<typeof KeptSession>>;

/** The same as events have it. */
export const RecordedKeptSession = z.union([
  z.object({ uri: z.string(), sizeBytes: z.number() }),
  z.object({ error: z.string() }),
]);
