import { z } from 'zod';

type Data = Readonly<Record<string, unknown>>;
type Renaming = (value: unknown) => unknown;

/** Data with its field names in snake_case at every depth. All keys are taken for names: without a schema, maps look like objects. */
export const snakeCased = (data: Data): Data => withNames(data, () => everyName);

/**
 * Renames the fields of data to snake_case: keys of the schema's objects are names, keys of its maps are kept.
 * Data is not parsed: fields of newer writers stay, and so does data that does not follow the schema.
 */
export function snakeCasingOf({ shape }: z.ZodObject): (data: Data) => Data {
  const fields = new Map(Object.entries<z.core.$ZodType>(shape).map(([name, field]) => [name, renamingOf(field)]));
  return (data) => withNames(data, (name) => fields.get(name) ?? everyName);
}

const everyName: Renaming = (value) => {
  if (Array.isArray(value)) return value.map(everyName);
  return isObject(value) ? snakeCased(value) : value;
};

function renamingOf(schema: z.core.$ZodType): Renaming {
  if (schema instanceof z.ZodObject) return inObject(snakeCasingOf(schema));
  if (schema instanceof z.ZodRecord) return inObject(mapRenaming(renamingOf(schema.valueType)));
  if (schema instanceof z.ZodArray) return listRenaming(renamingOf(schema.element));
  if (schema instanceof z.ZodUnion) return unionRenaming(schema.options);
  const inner = innerOf(schema);
  return inner ? renamingOf(inner) : everyName;
}

const inObject =
  (renamed: (data: Data) => Data): Renaming =>
  (value) =>
    isObject(value) ? renamed(value) : everyName(value);

const mapRenaming =
  (renamed: Renaming) =>
  (map: Data): Data =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, renamed(value)]));

const listRenaming =
  (renamed: Renaming): Renaming =>
  (value) =>
    Array.isArray(value) ? value.map(renamed) : everyName(value);

function unionRenaming(options: readonly z.core.$ZodType[]): Renaming {
  const variants = options.map((option) => ({ option, renamed: renamingOf(option) }));
  return (value) => {
    const variant = variants.find(({ option }) => z.safeParse(option, value).success);
    return (variant?.renamed ?? everyName)(value);
  };
}

const innerOf = (schema: z.core.$ZodType): z.core.$ZodType | undefined =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodReadonly
    ? schema.unwrap()
    : undefined;

const withNames = (data: Data, renamingOfField: (name: string) => Renaming): Data =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [snakeCase(name), renamingOfField(name)(value)]));

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `organizationId` becomes `organization_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
