import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/** True for a query with only default values: no filter, no sorting, the first page of the default size. */
export const isFrontPage = <Query extends z.ZodType>(schema: Query, query: z.output<Query>): boolean =>
  isDeepStrictEqual(query, schema.parse({}));
