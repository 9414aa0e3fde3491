import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/** Whether a list is asked for as it comes: nothing filtered, nothing sorted, from its beginning, as long as usual. */
export const isFrontPage = <Query extends z.ZodType>(schema: Query, query: z.output<Query>): boolean =>
  isDeepStrictEqual(query, schema.parse({}));
