import ts from 'typescript';

/** The spellings of a name given as `cost-center`. */
export type Name = Readonly<{
  /** `cost-center`, in files and folders. */
  kebab: string;
  /** `costCenter`, for constants. */
  camel: string;
  /** `CostCenter`, for types and messages. */
  pascal: string;
  /** `cost_center`, in streams, tables and on the wire. */
  snake: string;
  /** `cost center`, in texts. */
  words: string;
}>;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST = 36;

/** Names that the generated files give to something else. */
const USED = [
  ...['action', 'aggregate', 'all', 'commands', 'context', 'contract', 'data', 'endpoint', 'event', 'gateway', 'list'],
  ...['name', 'named', 'one', 'page', 'projection', 'refuse', 'row', 'status', 'z'],
];

/** Contexts and libraries of the platform share one folder and one namespace of imports. */
const SHARED = ['platform', 'runtime', 'catalogue'];

/** @throws Error for a name that cannot stand in files, types, tables and subjects alike */
export function nameOf(text: string): Name {
  if (!NAME.test(text) || text.length > LONGEST) {
    throw new Error(`"${text}" is no name: lower case, digits and single hyphens, at most ${LONGEST} characters`);
  }
  const name = spellingsOf(text);
  const isUsed = USED.includes(name.camel) || SHARED.includes(text) || isKeyword(name.camel);
  if (isUsed || name.pascal in globalThis) throw new Error(`"${text}" is a reserved name`);
  return name;
}

const spellingsOf = (text: string): Name => ({
  kebab: text,
  camel: text.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  pascal: pascalCase(text),
  snake: text.replaceAll('-', '_'),
  words: text.replaceAll('-', ' '),
});

/** The plural by the rules that most nouns follow. */
export function pluralOf({ kebab }: Name): Name {
  if (/[^aeiou]y$/.test(kebab)) return spellingsOf(`${kebab.slice(0, -1)}ies`);
  return spellingsOf(`${kebab}${/(s|x|z|ch|sh)$/.test(kebab) ? 'es' : 's'}`);
}

/** `cost-center` and `cost_center` become `CostCenter`. */
export const pascalCase = (name: string): string =>
  name.replaceAll(/(?:^|[-_]+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const isKeyword = (word: string): boolean =>
  ts.identifierToKeywordKind(ts.factory.createIdentifier(word)) !== undefined;
