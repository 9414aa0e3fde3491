import type { z } from 'zod';
import type { FieldFault } from '../problems/problem';

/** Further faults are only counted, and longer names are cut, so that an answer stays small. */
const MOST_FAULTS = 100;
const LONGEST_NAME = 200;

/** The faults that a schema found, by field. Each unknown field is a fault of its own. */
export function faultsOf(error: z.ZodError): readonly FieldFault[] {
  const found = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a field of this request' }))
      : [{ path: issue.path, message: issue.message }],
  );
  const faults = found.slice(0, MOST_FAULTS).map(({ path, message }) => ({ field: fieldName(path), message }));
  const left = found.length - faults.length;
  return left > 0 ? [...faults, { field: '', message: `and ${left} more faults` }] : faults;
}

/** `['phases', 1, 'name']` becomes `phases[1].name`. */
export const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    const short = String(key).slice(0, LONGEST_NAME);
    return name ? `${name}.${short}` : short;
  }, '');
