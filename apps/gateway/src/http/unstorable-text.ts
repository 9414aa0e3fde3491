import { isStorable, shortText, storableText } from '@syntropic/kernel';
import type { FieldFault } from '../problems/problem';
import { fieldName } from './faults';

/** A value of the request, linked to the value that holds it: a path for each would be as long as the nesting is deep. */
interface Part {
  readonly value: unknown;
  readonly key: string | number;
  readonly holder: Part | undefined;
}

const MESSAGE = 'must not contain a NUL character, nor half of a surrogate pair';

/** More are not worth an answer's bytes. */
const MOST = 20;
const LONGEST_NAME = 200;

/** The texts of a request that Postgres cannot store, keys included. A loop, because a body may be nested deeper than the call stack. */
export function unstorableTexts(input: unknown): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  const rest: Part[] = [{ value: input, key: '', holder: undefined }];
  for (let part = rest.pop(); part && faults.length < MOST; part = rest.pop()) {
    if (isUnstorable(part.key) || isUnstorable(part.value)) faults.push({ field: nameOf(part), message: MESSAGE });
    for (const [key, value] of entriesOf(part.value)) rest.push({ key, value, holder: part });
  }
  return faults;
}

const isUnstorable = (value: unknown): boolean => typeof value === 'string' && !isStorable(value);

function entriesOf(value: unknown): Iterable<readonly [string | number, unknown]> {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value.entries() : Object.entries(value);
}

function nameOf(part: Part): string {
  const path: (string | number)[] = [];
  for (let { key, holder } = part; holder; { key, holder } = holder) {
    path.push(typeof key === 'string' ? storableText(key) : key);
  }
  return shortText(fieldName(path.reverse()), LONGEST_NAME);
}
