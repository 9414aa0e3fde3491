import type { z } from 'zod';
import type { FieldFault } from '../problems/problem';

/** The faults that a schema found, by field. Each unknown field is a fault of its own. */
export const faultsOf = (error: z.ZodError): readonly FieldFault[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ field: fieldName([...issue.path, key]), message: 'is not a field of this request' }))
      : [{ field: fieldName(issue.path), message: issue.message }],
  );

/** `['phases', 1, 'name']` becomes `phases[1].name`. */
const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name ? `${name}.${String(key)}` : String(key);
  }, '');
