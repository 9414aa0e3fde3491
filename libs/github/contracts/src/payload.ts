import { jsonBytes, nameText, shortText, type Immutable } from '@syntropic/kernel';
import type { Condition, InputMapping } from './condition';
import { MAX_INPUT_BYTES } from './delivery.contract';

/** The most bytes of one input; longer texts are cut, and marked. */
const INPUT_BYTES = 8 * 1024;

/** A character takes at most six bytes of JSON for each of its own. */
const ESCAPED = 6;
/** More bytes than a name has, with the ellipsis of a text that is cut. */
const NAME_BYTES = 256;

/** The value at a path such as `check_run.pull_requests[0].number`; undefined where a part of the path is missing. */
export function valueAt(payload: unknown, path: string): unknown {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  return keys.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    // Own keys only, so that paths do not reach prototypes.
    return (value as Readonly<Record<string, unknown>>)[key];
  }, payload);
}

/** Whether a value that was found in a payload fulfils a condition. */
export function holds({ operator, value }: Immutable<Condition>, found: unknown): boolean {
  switch (operator) {
    case 'eq':
      return isSame(found, value);
    case 'neq':
      return !isSame(found, value);
    case 'in':
      return listOf(value).some((one) => isSame(found, one));
    case 'not_in':
      return !listOf(value).some((one) => isSame(found, one));
    case 'contains':
      return Array.isArray(found)
        ? found.some((one) => isSame(one, value))
        : isScalar(found) && String(found).includes(String(value));
    case 'not_empty':
      return !isEmpty(found);
    case 'is_empty':
      return isEmpty(found);
  }
}

type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

/** A missing value, an object and a list equal nothing. */
const isSame = (one: unknown, other: unknown): boolean =>
  isScalar(one) && isScalar(other) && String(one) === String(other);

function listOf(value: Immutable<Condition>['value']): readonly Scalar[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return value.split(',').map((item) => item.trim());
  return isScalar(value) ? [value] : value;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

/** The inputs that a mapping finds in the payload, as text. Missing ones are left out, long ones cut, all together within 32 KiB. */
export function inputsFrom(mapping: InputMapping, payload: unknown): Readonly<Record<string, string>> {
  let room = MAX_INPUT_BYTES;
  const inputs: Record<string, string> = {};
  for (const [name, path] of Object.entries(mapping)) {
    if (room < NAME_BYTES) break;
    const value = valueAt(payload, path);
    if (value === undefined || value === null) continue;
    const whole = shortText(isScalar(value) ? String(value) : JSON.stringify(value), INPUT_BYTES);
    const text = entryBytes(name, whole) <= room ? whole : shortText(whole, Math.floor((room - NAME_BYTES) / ESCAPED));
    inputs[name] = text;
    room -= entryBytes(name, text);
  }
  return inputs;
}

const entryBytes = (name: string, text: string): number => jsonBytes({ [name]: text });

/** What a payload is about. */
export type DeliveryFacts = Readonly<{ prNumber?: number; sender?: string }>;

const PR_NUMBERS = [
  'pull_request.number',
  'check_run.pull_requests[0].number',
  'check_suite.pull_requests[0].number',
  'workflow_run.pull_requests[0].number',
];

/** Comments on a pull request name it as an issue. */
export function factsOf(payload: unknown): DeliveryFacts {
  const paths = [...PR_NUMBERS, ...(valueAt(payload, 'issue.pull_request') ? ['issue.number'] : [])];
  const prNumber = paths.map((path) => valueAt(payload, path)).find((found) => Number.isSafeInteger(found));
  const sender = valueAt(payload, 'sender.login');
  return {
    ...(typeof prNumber === 'number' && { prNumber }),
    ...(typeof sender === 'string' && sender !== '' && { sender: nameText(sender) }),
  };
}
