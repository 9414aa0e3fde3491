import { knownColumn } from './page-order';
import type { Projection } from './projection';

/** Conditions by column; `undefined` is none. */
export type Conditions = Readonly<Record<string, unknown>>;

export type Add = (value: unknown) => string;
export type Asked = readonly (readonly [column: string, condition: unknown])[];

export const askedOf = (where: Conditions): Asked =>
  Object.entries(where).filter(([, condition]) => condition !== undefined && !isUnbounded(condition));

/** A range without a bound is no condition. */
const isUnbounded = (condition: unknown): boolean =>
  typeof condition === 'object' && condition !== null && Object.values(condition).every((bound) => bound === undefined);

export const conditionsOf = (projection: Projection, where: Asked, add: Add): readonly string[] =>
  where.flatMap(([column, condition]) => conditionsOn(`t.${knownColumn(projection, column)}`, condition, add));

/** `where` and the conditions, or nothing. */
export const filterOf = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';

/** The values that a condition is true for; `undefined` for a range, and for null. */
export function valuesOf(condition: unknown): readonly unknown[] | undefined {
  if (condition === null) return undefined;
  if (typeof condition !== 'object') return [condition];
  return 'in' in condition ? (condition.in as readonly unknown[]) : undefined;
}

function conditionsOn(column: string, condition: unknown, add: Add): readonly string[] {
  if (condition === null) return [`${column} is null`];
  if (typeof condition !== 'object') return [`${column} = ${add(condition)}`];
  if ('in' in condition) return [`${column} = any(${add(condition.in)})`];

  return Object.entries(condition)
    .filter(([, bound]) => bound !== undefined)
    .map(([comparison, bound]) => `${column} ${comparison === '>=' ? '>=' : '<='} ${add(bound)}`);
}
