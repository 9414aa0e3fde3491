import type { MigrationInterface } from 'typeorm';

/**
 * An expanding migration leaves everything that older builds use: they keep running on its schema.
 * A contracting one drops, renames or narrows something, so that builds without it refuse the database.
 */
export type MigrationKind = 'expanding' | 'contracting';

export interface Migration extends MigrationInterface {
  /** What `ops.migrations` records: the subject of the file name, then its number in 13 digits. */
  readonly name: string;
  readonly kind: MigrationKind;
}

export type MigrationClass = new () => Migration;
