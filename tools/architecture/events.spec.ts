import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { CONTEXTS } from '../../apps/command-service/src/contexts';
import { contexts as contextFolders } from '../nx/projects.cjs';

const typesOf = (contracts: readonly (typeof CONTRACTS)[number][]): readonly string[] =>
  contracts.flatMap(({ events }) => Object.keys(events));
const EVENTS = typesOf(CONTRACTS);

const PROCESSES = CONTEXTS.flatMap(({ processes }) => processes);
const CONSUMED = [...READ_MODELS.flatMap(({ types }) => types), ...PROCESSES.flatMap(({ on }) => Object.keys(on))];

const LIBS = join(__dirname, '../../libs');

describe('events', () => {
  it('have a name each', () => {
    expect(EVENTS).toEqual([...new Set(EVENTS)]);
  });

  it('are known to the read models and processes that consume them', () => {
    expect(EVENTS).toEqual(expect.arrayContaining(CONSUMED));
  });

  it.each(EVENTS)('%s changes a read model or sets a process going', (type) => {
    expect(CONSUMED).toContain(type);
  });

  it.each(contextFolders())('of %s are what its decisions lead to, all of them and nothing else', (context) => {
    const types = typesOf(CONTRACTS.filter((contract) => contract.context === context));

    expect([...decided(context)].sort()).toEqual([...types].sort());
  });
});

/** The event types that a context's domain creates: object literals with `type` and `data`. */
function decided(context: string): ReadonlySet<string> {
  const folder = join(LIBS, context, 'domain/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = files.filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('testing'),
  );
  return new Set(sources.flatMap((file) => factsIn(readFileSync(join(folder, file), 'utf8'))));
}

function factsIn(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const named = (name: string) => node.properties.find((property) => property.name?.getText() === name);
      const type = named('type');
      if (type && ts.isPropertyAssignment(type) && named('data')) found.push(...wordsOf(type.initializer));
    }
    node.forEachChild(visit);
  };
  ts.createSourceFile('source.ts', text, ts.ScriptTarget.ES2022, true).forEachChild(visit);
  return found;
}

/** The values of a string literal, or of both branches of a conditional. */
function wordsOf(value: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(value)) return [value.text];
  return ts.isConditionalExpression(value) ? [...wordsOf(value.whenTrue), ...wordsOf(value.whenFalse)] : [];
}
