import { malformedCursor, type ListPlace, type OrderValues } from '@syntropic/postgres';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalidRequest } from '../problems/problem';
import type { ApiRequest, Endpoint } from './endpoint';
import { tellNext } from './list-headers';
import { pageNumber, sizeUpTo } from './query-values';

/** Room for two names of 255 characters, each as an escape of JSON. */
const MOST_CHARACTERS = 6_000;

const cursor = z.string().max(MOST_CHARACTERS).optional().meta({
  description:
    'The `X-Next` of the page before, with the same filters and order; the size may differ. Rows that come or go meanwhile neither repeat nor hide others. Opaque; not together with another place.',
  example: 'WyJ2OVRMeWM0ZWx1WSIsWyJhY21lL3Nob3AiLCJyZXBvLTAxMjM0NTY3Il1d',
});

/** The query of a list whose pages are asked for by offset or by cursor. */
export const pagesByOffset = (most: number, usual: number) => ({
  limit: sizeUpTo(most, usual),
  offset: z.coerce.number().int().min(0).default(0),
  cursor,
});

/** The query of a list whose pages are asked for by number or by cursor. */
export const pagesByNumber = (most: number, usual: number) => ({
  page: pageNumber.meta({ description: 'From 1. Pages by cursor have no number: 1 stands for all of them.' }),
  page_size: sizeUpTo(most, usual),
  cursor,
});

type Pages =
  z.output<z.ZodObject<ReturnType<typeof pagesByOffset>>> | z.output<z.ZodObject<ReturnType<typeof pagesByNumber>>>;
type Listing = Readonly<{ params?: unknown; query: Pages; reply: ApiRequest['reply'] }>;

export type ListPage = Readonly<{
  place: ListPlace;
  /** Tells what asks for the next page, which begins behind the row with these values. */
  tellNext: (next: OrderValues | null) => void;
  /** The same, for answers that are kept. */
  cursorOf: (next: OrderValues | null) => string | null;
}>;

/** The page that a request asks for. @throws for a cursor that this list, with these filters in this order, has not given */
export function pageIn(list: Pick<Endpoint, 'path'>, { params, query, reply }: Listing): ListPage {
  const { limit, offset, given, filters } = fieldsOf(query);
  if (given !== undefined && offset > 0) {
    throw invalidRequest([{ field: 'cursor', message: 'is not together with another place' }]);
  }
  const identity = () => identityOf([list.path, params, filters]);
  const cursorOf = (next: OrderValues | null) => next && formatCursor(identity(), next);
  return {
    place: { limit, offset, after: given === undefined ? undefined : valuesIn(given, identity()) },
    tellNext: (next) => {
      tellNext({ reply }, cursorOf(next));
    },
    cursorOf,
  };
}

function fieldsOf(query: Pages) {
  if ('limit' in query) {
    const { limit, offset, cursor: given, ...filters } = query;
    return { limit, offset, given, filters };
  }
  const { page, page_size, cursor: given, ...filters } = query;
  return { limit: page_size, offset: (page - 1) * page_size, given, filters };
}

const IDENTITY_CHARACTERS = 11;

const identityOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, IDENTITY_CHARACTERS);

const formatCursor = (identity: string, values: OrderValues): string =>
  Buffer.from(JSON.stringify([identity, values])).toString('base64url');

const Cursor = z.tuple([z.string(), z.array(z.string().nullable())]);

function valuesIn(text: string, identity: string): OrderValues {
  const [list, values] = parsed(text) ?? [];
  if (!values) throw malformedCursor('not a cursor that a list has given');
  if (list !== identity) throw malformedCursor('the cursor of another list, or of another filter or order');
  return values;
}

function parsed(text: string): z.output<typeof Cursor> | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Decoding skips what is not base64.
  if (bytes.toString('base64url') !== text) return undefined;
  try {
    return Cursor.safeParse(JSON.parse(bytes.toString())).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
