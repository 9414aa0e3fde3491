import { dirname, join } from 'node:path';
import ts from 'typescript';

const TYPES = dirname(require.resolve('kubernetes-types/package.json'));

/** The published types of the API's groups, which are generated from its OpenAPI description. */
const GROUPS = ['batch/v1', 'core/v1', 'meta/v1', 'networking/v1'] as const;
type Group = (typeof GROUPS)[number];

const fileOf = (group: Group) => join(TYPES, `${group}.d.ts`);

/** Reads the types once. */
export class ApiTypes {
  readonly #program = ts.createProgram(GROUPS.map(fileOf), { strict: true, types: [] });
  readonly #checker = this.#program.getTypeChecker();

  /** The faults of a value as one of this type: unknown fields, missing ones, and values of other kinds. */
  faultsOf(value: unknown, group: Group, name: string): string[] {
    return [...this.#faults(value, this.#typeNamed(group, name), name)];
  }

  #typeNamed(group: Group, name: string): ts.Type {
    const file = this.#program.getSourceFile(fileOf(group));
    const module = file && this.#checker.getSymbolAtLocation(file);
    const symbol = module && this.#checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!symbol) throw new Error(`the API has no type ${group} ${name}`);
    return this.#checker.getDeclaredTypeOfSymbol(symbol);
  }

  *#faults(value: unknown, type: ts.Type, path: string): Iterable<string> {
    const fits = scalarFits(value, type);
    if (type.isUnion()) {
      const fitting = type.types.some((one) => [...this.#faults(value, one, path)].length === 0);
      if (!fitting) yield `${path} is of no kind that it may be`;
    } else if (fits !== undefined) {
      if (!fits) yield `${path} is no ${this.#checker.typeToString(type)}`;
    } else if (this.#checker.isArrayType(type)) {
      yield* this.#faultsOfArray(value, type, path);
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield `${path} is no object`;
    } else {
      yield* this.#faultsOfObject(value as Record<string, unknown>, type, path);
    }
  }

  *#faultsOfArray(value: unknown, type: ts.Type, path: string): Iterable<string> {
    const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
    if (!Array.isArray(value) || !item) yield `${path} is no list`;
    else for (const [index, one] of value.entries()) yield* this.#faults(one, item, `${path}[${index}]`);
  }

  *#faultsOfObject(value: Record<string, unknown>, type: ts.Type, path: string): Iterable<string> {
    const [index] = this.#checker.getIndexInfosOfType(type);
    const properties = new Map(type.getProperties().map((property) => [property.name, property]));
    for (const [name, property] of properties) {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      if (!isOptional && value[name] === undefined) yield `${path}.${name} is missing`;
    }
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      const property = properties.get(name);
      const own = property ? this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(property)) : index?.type;
      if (own) yield* this.#faults(one, own, `${path}.${name}`);
      else yield `unknown field ${path}.${name}`;
    }
  }
}

/** Undefined for a type whose values have parts. */
function scalarFits(value: unknown, type: ts.Type): boolean | undefined {
  if (type.isStringLiteral()) return value === type.value;
  if (type.flags & ts.TypeFlags.String) return typeof value === 'string';
  if (type.flags & ts.TypeFlags.Number) return typeof value === 'number';
  if (type.flags & (ts.TypeFlags.Boolean | ts.TypeFlags.BooleanLiteral)) return typeof value === 'boolean';
  return undefined;
}
