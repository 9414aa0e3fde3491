import type { JsonSchema } from './json-schemas';

type Shape = Readonly<{
  $ref?: string;
  type?: string;
  anyOf?: readonly Shape[];
  oneOf?: readonly Shape[];
  allOf?: readonly Shape[];
  const?: unknown;
  enum?: readonly unknown[];
  examples?: readonly unknown[];
  default?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  properties?: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  additionalProperties?: Shape | boolean;
  items?: Shape;
}>;

/** Values of fields by their names: the first rule that fits a name, and whose value the field's pattern accepts. */
const SAMPLES: readonly (readonly [name: RegExp, value: string])[] = [
  [/execution_id$|^(rerun|fork)_of$/, 'exec-0123456789ab'],
  [/^workflow_id$|^workflow_name$/, 'hello'],
  [/^phase_(id|name|display)$|current_phase|from_phase/, 'greet'],
  [/organization_id$/, 'org-01234567'],
  [/system_id$/, 'sys-01234567'],
  [/repo_id$/, 'repo-01234567'],
  [/trigger_id$/, 'tr-01234567'],
  [/key_id$/, 'key-0123456789ab'],
  [/installation_id$/, '4711'],
  [/_id$|^id$|_ids$|^at$/, '7b1de4a0-5c0f-4b57-9d9c-2f3c3a9f6c11'],
  [/_at$|^time(stamp)?$|^since$|^until$|_seen$/, '2026-11-26T09:00:00.000Z'],
  [/date$/, '2026-11-26'],
  [/usd|cost|spent|reserved|^limit$/, '0.42'],
  [/full_name|^repositor|^repos?$/, 'acme/shop'],
  [/url/, 'https://github.com/acme/shop'],
  [/cursor|position/, '4f1c2b.4711'],
  [/slug/, 'acme'],
  [/^event(_type)?$/, 'check_run.completed'],
  [/^field$/, 'check_run.conclusion'],
  [/model/, 'claude-sonnet-5-5'],
  [/tool/, 'Bash'],
  [/branch/, 'main'],
  [/content_type/, 'text/markdown'],
];

/** For fields without a rule of their own: what other patterns accept. */
const OTHERS = [
  'hello',
  'acme/shop',
  '4711',
  '0.42',
  '2026-11-26T09:00:00.000Z',
  '7b1de4a0-5c0f-4b57-9d9c-2f3c3a9f6c11',
];

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-11-26T09:00:00.000Z',
  date: '2026-11-26',
  uuid: '7b1de4a0-5c0f-4b57-9d9c-2f3c3a9f6c11',
};

/** Levels of schemas that contain themselves. */
const MAX_DEPTH = 12;

/** Makes example values of schemas: their own `examples` where they have some, else values of their shape. */
export class Examples {
  /** @param named the schemas that references name */
  constructor(private readonly named: Readonly<Record<string, JsonSchema>>) {}

  /** `request`: with the fields that are required, or have examples of their own, else with one; `answer`: with all fields. */
  of(schema: JsonSchema, kind: 'request' | 'answer'): unknown {
    return this.#value(schema, { name: '', depth: 0, isWhole: kind === 'answer' });
  }

  #value(schema: Shape, place: Place): unknown {
    const [given] = schema.examples ?? [schema.const ?? schema.enum?.[0]];
    if (given !== undefined) return given;
    const inner = this.#chosen(schema);
    if (inner) return this.#value(inner, deeper(place));
    if (schema.type === 'object') return this.#object(schema, deeper(place));
    if (schema.type === 'array') return this.#array(schema, deeper(place));
    return schema.default ?? SCALARS[schema.type ?? '']?.(schema, place.name) ?? {};
  }

  #array({ items }: Shape, place: Place): unknown[] {
    return place.depth <= MAX_DEPTH && items ? [this.#value(items, place)] : [];
  }

  /** The schema that a reference names, or the first alternative that is not null. */
  #chosen({ $ref, anyOf, oneOf, allOf }: Shape): Shape | undefined {
    if ($ref !== undefined) return this.named[$ref.split('/').at(-1) ?? ''];
    const options = anyOf ?? oneOf ?? allOf;
    return options?.find(({ type }) => type !== 'null') ?? options?.[0];
  }

  #object({ properties = {}, required = [], additionalProperties }: Shape, place: Place): Record<string, unknown> {
    if (place.depth > MAX_DEPTH) return {};
    const all = Object.entries(properties);
    const needed = all.filter(([name, field]) => place.isWhole || required.includes(name) || field.examples);
    // A request in which every field may be absent usually needs one of them.
    const fields = needed.length > 0 || place.name !== '' ? needed : all.slice(0, 1);
    const own = fields.map(([name, field]) => [name, this.#value(field, { ...place, name })] as const);
    const isMap = fields.length === 0 && place.isWhole && typeof additionalProperties === 'object';
    return isMap ? { hello: this.#value(additionalProperties, place) } : Object.fromEntries(own);
  }
}

type Place = Readonly<{ name: string; depth: number; isWhole: boolean }>;

const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 });

const numberOf = ({ minimum = 1 }: Shape) => Math.max(1, minimum);

const SCALARS: Readonly<Record<string, (schema: Shape, name: string) => unknown>> = {
  string: textOf,
  integer: numberOf,
  number: numberOf,
  boolean: () => true,
};

function textOf({ format = '', pattern }: Shape, name: string): string {
  const rule = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const fitting = SAMPLES.flatMap(([names, value]) => (names.test(name) ? [value] : []));
  return [FORMATS[format] ?? [], fitting, OTHERS].flat().find((value) => !rule || rule.test(value)) ?? '';
}
