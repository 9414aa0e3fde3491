/** Maps whose keys are names of models, inputs or tools, not of fields. */
const MAPS: ReadonlySet<string> = new Set(['byModel', 'inputs']);

/** Event data as the wire has it: field names in snake_case at every depth; keys of maps stay. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;

  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      snakeCase(name),
      MAPS.has(name) ? withKeysKept(inner) : snakeCased(inner),
    ]),
  );
}

const withKeysKept = (map: unknown): unknown =>
  typeof map === 'object' && map !== null
    ? Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, snakeCased(inner)]))
    : map;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
