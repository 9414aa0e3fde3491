import type { AnyContract, Event, EventOf, EventOfType, Immutable, Recorded } from '@syntropic/kernel';
import type { z } from 'zod';
import { columnsOf, type Column } from './column';
import { isRebuild } from './rebuild-name';

type RowFrom<Shape extends z.ZodRawShape> = {
  readonly [Column in keyof Shape & string]: Immutable<z.output<Shape[Column]>>;
};

/**
 * The row after an event. `null` deletes it; `undefined`, or the same row, leaves it unchanged.
 * Depends on its arguments alone (no clock, no ids, no I/O), or a rebuild differs from the table.
 */
type Fold<Row, E extends Event> = (row: Row | undefined, event: Recorded<E>, key: string) => Row | null | undefined;

/** The part of a JSON column that lists show: SQL over the row `t`. */
type ListedJson<Column extends string, Json> = Readonly<{
  column: Column;
  sql: string;
  /** The same with less in it, for a row that is larger than its share of a page. */
  cut?: string;
  schema: z.ZodType<Json>;
}>;

/** SQL for the beginning of a list of repositories in `t.detail`. */
export const FIRST_REPOS = `(
  select coalesce(jsonb_agg(left(repo, 128)), '[]')
  from (select repo from jsonb_array_elements_text(t.detail->'repos') repo limit 10) first)`;

type Definition<
  E extends Event,
  Shape extends z.ZodRawShape,
  Column extends keyof Shape & string = never,
  Json = never,
> = Readonly<{
  /** In snake_case. The table is `read.<name>_v<version>`. */
  name: string;
  /** Another shape or another meaning is another version, with a table of its own. */
  version: number;
  /** Its keys are the columns. Instants are `z.iso.datetime()`, exact numbers `decimal`; one column may hold JSON. */
  row: z.ZodObject<Shape>;
  key: keyof Shape & string;
  /** The columns of each further index, in order. */
  indexes?: readonly (readonly (keyof Shape & string)[])[];
  /** The filters by which lists are counted in advance: each by the equality of these columns. */
  counted?: readonly (readonly (keyof Shape & string)[])[];
  /** The column of a time, by whose hours and days rows are counted in advance, beside the equality of each of these lists of columns. */
  countedByTime?: Readonly<{ column: keyof Shape & string; by: readonly (readonly (keyof Shape & string)[])[] }>;
  listed?: ListedJson<Column, Json>;
  /** The keys of other rows whose answers show this row: a change of it makes kept answers of theirs outdated. Absent: answers are not kept. */
  shownWith?: (row: RowFrom<Shape>) => readonly string[];
  /** The rows an event concerns, named by the event alone. */
  keys: (event: Recorded<E>) => readonly string[];
  /** Each key is of one event: its fold needs no row, and none is read. */
  isOfOneEvent?: true;
  /** The folded event types, and thereby the subscription. */
  on: { readonly [Type in E['type']]?: Fold<RowFrom<Shape>, EventOfType<E, Type>> };
}>;

export type AnyRow = Readonly<Record<string, unknown>>;

/** A projection without the types of its events, as the runner handles it. */
export interface Projection<Row extends AnyRow = AnyRow, Listed extends AnyRow = AnyRow> {
  readonly name: string;
  readonly version: number;
  /** The aggregates whose events it folds. An event of theirs that this build does not know stops the projection. */
  readonly streams: readonly AnyContract[];
  readonly table: string;
  readonly key: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly (readonly string[])[];
  readonly counted: readonly (readonly string[])[];
  readonly countedByTime: Readonly<{ column: string; by: readonly (readonly string[])[] }> | undefined;
  readonly listed: Pick<ListedJson<string, unknown>, 'column' | 'sql' | 'cut'> | undefined;
  keys(event: Recorded): readonly string[];
  /** True where answers about its rows are kept: the cache has their positions. */
  readonly keepsAnswers: boolean;
  /** Rows of one event each are not read before they are folded. */
  readonly isOfOneEvent: boolean;
  /** The keys of other rows whose answers show this row. */
  shownWith(row: AnyRow): readonly string[];
  /** `undefined` for an event it does not fold. */
  foldOf(
    type: string,
  ): ((row: AnyRow | undefined, event: Recorded, key: string) => AnyRow | null | undefined) | undefined;
  /** The event types it folds. */
  readonly types: readonly string[];
  /** Never present: carries the type of the rows for queries. */
  readonly shape?: Row;
  /** Never present: carries the type of the rows of lists. */
  readonly listedShape?: Listed;
}

export type RowOf<P> = P extends Readonly<{ shape?: infer Row }> ? NonNullable<Row> : never;

/** The row of a list: of its JSON column only the listed part, and long texts cut where the row was larger than its share. */
export type ListedRowOf<P> = P extends Readonly<{ listedShape?: infer Listed }> ? NonNullable<Listed> : never;

type ListedFrom<Shape extends z.ZodRawShape, Column extends string, Json> = Omit<RowFrom<Shape>, Column> &
  Readonly<Record<Column, Json>> &
  Readonly<{ is_cut?: true }>;

/** A projection with the schema of its rows, from which endpoints derive their replies. */
type Declared<Shape extends z.ZodRawShape, Column extends string, Json> = Projection<
  RowFrom<Shape>,
  ListedFrom<Shape, Column, Json>
> &
  Readonly<{ row: z.ZodObject<Shape> }>;

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Declares a read model of these aggregates: `projection(workspace)({ name, row, keys, on, … })`. */
export const projection =
  <K extends readonly AnyContract[]>(...streams: K) =>
  <Shape extends z.ZodRawShape, Column extends keyof Shape & string = never, Json = never>(
    definition: Definition<EventOf<K[number]>, Shape, Column, Json>,
  ): Declared<Shape, Column, Json> => {
    // The runner calls folds and `keys` only with event types that `on` contains.
    const on = definition.on as unknown as Readonly<Record<string, ReturnType<Projection['foldOf']>>>;

    return {
      ...tableOf(definition),
      streams,
      types: Object.keys(on),
      keys: definition.keys,
      keepsAnswers: definition.shownWith !== undefined,
      // Only the projection's own folds make its rows.
      shownWith: (row) => definition.shownWith?.(row as RowFrom<Shape>) ?? [],
      foldOf: (type) => (Object.hasOwn(on, type) ? on[type] : undefined),
    };
  };

type OfEvery<Shape extends z.ZodRawShape> = Pick<
  Definition<Event, Shape>,
  'name' | 'version' | 'row' | 'key' | 'indexes' | 'keys' | 'isOfOneEvent'
> &
  Readonly<{ every: Fold<RowFrom<Shape>, Event> }>;

/** Declares a read model of all events by what they have in common: it never stops at a type that this build does not know. */
export const projectionOfEvery = <Shape extends z.ZodRawShape>(
  definition: OfEvery<Shape>,
): Declared<Shape, never, never> => {
  // The runner hands folds the rows that they have made.
  const every = definition.every as unknown as ReturnType<Projection['foldOf']>;
  return {
    ...tableOf(definition),
    streams: [],
    types: [],
    keys: definition.keys,
    keepsAnswers: false,
    shownWith: () => [],
    foldOf: () => every,
  };
};

/** The table of a projection and its columns. @throws for a name that no table can have, or that of a rebuild */
function tableOf<Shape extends z.ZodRawShape>(
  definition: Readonly<{
    name: string;
    version: number;
    row: z.ZodObject<Shape>;
    key: string;
    indexes?: Projection['indexes'];
    counted?: Projection['counted'];
    countedByTime?: Projection['countedByTime'];
    listed?: Projection['listed'];
    isOfOneEvent?: true;
  }>,
) {
  const { name, version, row, key, indexes = [], counted = [], countedByTime, listed } = definition;
  if (isRebuild(definition)) throw new Error(`"${name}" would be the name of a rebuild`);
  if (!NAME.test(name)) throw new Error(`"${name}" cannot name a projection: lower case, digits and "_", at most 40`);
  return {
    name,
    version,
    table: `read.${name}_v${version}`,
    key,
    row,
    columns: columnsOf(name, row),
    indexes,
    counted,
    countedByTime,
    listed,
    isOfOneEvent: definition.isOfOneEvent ?? false,
  };
}
