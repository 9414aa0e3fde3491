import ts from 'typescript';

/** Adds an element at the end of the array that a constant or a property of this name holds. @throws Error when there is none */
export function withElement(text: string, list: string, element: string): string {
  const array = arrayOf(list, sourceOf(text));
  if (!array) throw new Error(`no array is declared as ${list}`);
  if (array.elements.some((one) => one.getText() === element)) throw new Error(`${list} has ${element} already`);

  const last = array.elements.at(-1);
  return last ? inserted(text, last.getEnd(), `, ${element}`) : inserted(text, array.getStart() + 1, element);
}

/** Adds a named import: to the import of that module, or as one of its own in the order of the modules. */
export function withImport(text: string, name: string, from: string): string {
  const imports = sourceOf(text).statements.filter(ts.isImportDeclaration);
  const present = imports.find((one) => moduleOf(one) === from)?.importClause;
  const named = present?.phaseModifier === undefined ? present?.namedBindings : undefined;
  if (named && ts.isNamedImports(named)) return withSpecifier(text, named, name);

  const line = `import { ${name} } from '${from}';`;
  const group = imports.filter((one) => isRelative(moduleOf(one)) === isRelative(from));
  const next = group.find((one) => moduleOf(one) > from);
  if (next) return inserted(text, next.getStart(), `${line}\n`);

  const last = group.at(-1) ?? (isRelative(from) ? imports.at(-1) : undefined);
  return last ? inserted(text, last.getEnd(), `\n${line}`) : `${line}\n${text}`;
}

/** Adds an export of names from another file, after the exports and imports that are there. */
export function withReexport(text: string, names: readonly string[], from: string): string {
  const source = sourceOf(text);
  const lines = source.statements.filter((one) => ts.isImportDeclaration(one) || ts.isExportDeclaration(one));
  const line = `export { ${names.join(', ')} } from '${from}';`;
  const last = lines.at(-1);
  if (!last) return `${line}\n${text}`;
  return inserted(text, last.getEnd(), `${ts.isExportDeclaration(last) ? '\n' : '\n\n'}${line}\n`);
}

/** Adds a section before the line that begins with this heading. @throws Error when there is none */
export function withSection(text: string, section: string, before: string): string {
  const at = text.startsWith(before) ? 0 : text.indexOf(`\n${before}`) + 1;
  if (at === 0 && !text.startsWith(before)) throw new Error(`no line begins with "${before}"`);
  return inserted(text, at, `${section}\n`);
}

function withSpecifier(text: string, { elements }: ts.NamedImports, name: string): string {
  if (elements.some((one) => one.name.text === name)) return text;
  const next = elements.find((one) => order(one.name.text, name) > 0);
  if (next) return inserted(text, next.getStart(), `${name}, `);
  return inserted(text, elements.at(-1)?.getEnd() ?? elements.pos, `, ${name}`);
}

const order = (one: string, other: string): number => one.localeCompare(other, 'en', { sensitivity: 'base' });

const sourceOf = (text: string): ts.SourceFile =>
  ts.createSourceFile('source.ts', text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);

const moduleOf = ({ moduleSpecifier }: ts.ImportDeclaration): string =>
  ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';

const isRelative = (module: string): boolean => module.startsWith('.');

const inserted = (text: string, at: number, what: string): string => text.slice(0, at) + what + text.slice(at);

function arrayOf(list: string, node: ts.Node): ts.ArrayLiteralExpression | undefined {
  const isDeclaration = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node);
  const array = isDeclaration && node.name.getText() === list && node.initializer ? inner(node.initializer) : undefined;
  if (array && ts.isArrayLiteralExpression(array)) return array;
  return ts.forEachChild(node, (child) => arrayOf(list, child));
}

/** Looks through `[…] as const` and `[…].flat()`. */
function inner(expression: ts.Expression): ts.Expression {
  if (ts.isAsExpression(expression)) return inner(expression.expression);
  if (ts.isCallExpression(expression)) return inner(expression.expression);
  return ts.isPropertyAccessExpression(expression) ? inner(expression.expression) : expression;
}
