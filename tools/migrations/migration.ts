import type { MigrationInterface } from 'typeorm';

/**
 * An expanding migration leaves everything that older builds use, so they keep running on the new schema.
 * A contracting migration drops, renames or narrows something: builds that do not know it refuse the database.
 */
export type MigrationKind = 'expanding' | 'contracting';

export interface Migration extends MigrationInterface {
  /** The name in `ops.migrations`: the subject from the file name, then its number in 13 digits. */
  readonly name: string;
  readonly kind: MigrationKind;
}

export type MigrationClass = new () => Migration;
