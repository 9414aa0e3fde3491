import { z } from 'zod';

/** The names of Postgres's catalogue. */
type SqlType = 'text' | 'boolean' | 'bigint' | 'double precision' | 'numeric' | 'timestamp with time zone' | 'jsonb';

export type Column = Readonly<{ name: string; type: SqlType; nullable: boolean }>;

/** An exact number, as a string in rows and `numeric` in the table. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'a decimal number')
  .meta({ column: 'numeric' });

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

export function columnsOf(projection: string, row: z.ZodObject<z.ZodRawShape>): readonly Column[] {
  const columns = Object.entries(row.shape).map(([name, schema]) => columnOf(name, schema));
  const refuse = (why: string) => new Error(`projection ${projection}: ${why}`);

  const misnamed = columns.find(({ name }) => !NAME.test(name) || name === 'position');
  if (misnamed) throw refuse(`"${misnamed.name}" cannot name a column`);
  if (columns.filter(({ type }) => type === 'jsonb').length > 1) throw refuse('more than one column would hold JSON');
  return columns;
}

function columnOf(name: string, schema: z.core.$ZodType): Column {
  if (schema instanceof z.ZodNullable) return { ...columnOf(name, schema.unwrap()), nullable: true };
  if (schema instanceof z.ZodReadonly) return columnOf(name, schema.unwrap());
  if (schema instanceof z.ZodOptional) throw new Error(`column "${name}": a row has every column, so make it nullable`);

  return { name, type: typeOf(schema), nullable: false };
}

function typeOf(schema: z.core.$ZodType): SqlType {
  if (z.globalRegistry.get(schema)?.['column'] === 'numeric') return 'numeric';
  if (schema instanceof z.ZodISODateTime) return 'timestamp with time zone';
  if (isText(schema)) return 'text';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodNumber) return schema.format?.includes('int') ? 'bigint' : 'double precision';
  return 'jsonb';
}

function isText(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return true;
  const options =
    schema instanceof z.ZodEnum ? schema.options : schema instanceof z.ZodLiteral ? [...schema.values] : [];
  return options.length > 0 && options.every((value) => typeof value === 'string');
}
