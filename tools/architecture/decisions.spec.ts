import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const LIBS = join(__dirname, '../../libs');
const APPS = join(__dirname, '../../apps');
const E2E = join(__dirname, '../e2e');

/** What specs say: the functions that they call or hand to `when`, and every text, in which refusals are named by their codes. */
type Said = Readonly<Record<'decisions' | 'words', Set<string>>>;

/** The specs of libraries are of their context; those of services are of all. */
const said = new Map<string, Said>();

function saidIn(folder: string): Said {
  const known = said.get(folder);
  if (known) return known;
  const found: Said = { decisions: new Set(), words: new Set() };
  const specs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.spec.ts'));
  for (const spec of specs) note(readFileSync(join(folder, spec), 'utf8'), found);
  said.set(folder, found);
  return found;
}

function note(text: string, { decisions, words }: Said): void {
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) words.add(node.text);
    if (ts.isCallExpression(node)) {
      const { expression: called } = node;
      if (ts.isIdentifier(called)) decisions.add(called.text);
      const [given] = node.arguments;
      const isWhen = ts.isPropertyAccessExpression(called) && called.name.text === 'when';
      if (isWhen && given && ts.isIdentifier(given)) decisions.add(given.text);
    }
    node.forEachChild(visit);
  };
  ts.createSourceFile('spec.ts', text, ts.ScriptTarget.ES2022, true).forEachChild(visit);
}

const DECISIONS = CONTRACTS.flatMap(({ context, aggregate, commands }) =>
  Object.keys(commands).map((command) => [aggregate, command, context] as const),
);
const REFUSALS = CONTRACTS.flatMap(({ context, aggregate, refusals }) =>
  Object.keys(refusals).map((rule) => [`${aggregate}.${rule}`, context] as const),
);

const CODE = /new (?:DomainError|Problem|IngestProblem)\(\s*'([a-z_]+\.[a-z_]+)'/g;
/** The codes that are refused with outside contracts. */
const CODES = [
  ...new Set(
    [LIBS, APPS].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|node_modules|(?:^|\/)test(?:ing)?\//.test(file))
        .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(CODE)].map(([, code = '']) => code)),
    ),
  ),
];

const wordsFor = (context: string): readonly string[] =>
  [join(LIBS, context), APPS].flatMap((folder) => [...saidIn(folder).words]);

describe('the specs of a context', () => {
  it.each(DECISIONS)('say what %s decides on %s', (_, command, context) => {
    const decision = `${command.charAt(0).toLowerCase()}${command.slice(1)}`;
    expect([...saidIn(join(LIBS, context, 'domain')).decisions]).toContain(decision);
  });

  it.each(REFUSALS)('say when %s is refused', (code, context) => {
    expect(wordsFor(context)).toContain(code);
  });
});

describe('the specs', () => {
  const words = new Set([LIBS, APPS, E2E].flatMap((folder) => [...saidIn(folder).words]));

  it.each(CODES)('say when %s is answered', (code) => {
    // The error of a session has the code of its fault as a name.
    expect(words.has(code) || words.has(code.replace('.', '_'))).toBe(true);
  });
});
