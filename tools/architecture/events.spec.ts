import { closeSessions } from '@syntropic/agent-sessions/application';
import { agentSessionEvents } from '@syntropic/agent-sessions/contracts';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { artifactEvents } from '@syntropic/artifacts/contracts';
import { artifactProjection } from '@syntropic/artifacts/read-model';
import { runPhases } from '@syntropic/orchestration/application';
import { workflowExecutionEvents, workflowTemplateEvents, workspaceEvents } from '@syntropic/orchestration/contracts';
import { executionFeedProjection, executionProjection, workflowProjection } from '@syntropic/orchestration/read-model';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const CONTEXTS: Readonly<Record<string, readonly string[]>> = {
  orchestration: [...workflowTemplateEvents, ...workflowExecutionEvents, ...workspaceEvents],
  'agent-sessions': agentSessionEvents,
  artifacts: artifactEvents,
};
const EVENTS = Object.values(CONTEXTS).flat();

const PROJECTIONS = [
  workflowProjection,
  executionProjection,
  executionFeedProjection,
  sessionProjection,
  artifactProjection,
];
const PROCESSES = [runPhases, closeSessions];
const CONSUMED = [...PROJECTIONS.flatMap(({ types }) => types), ...PROCESSES.flatMap(({ on }) => Object.keys(on))];

const LIBS = join(__dirname, '../../libs');

describe('events', () => {
  it('have a name each', () => {
    expect(EVENTS).toEqual([...new Set(EVENTS)]);
  });

  it('are known to whoever consumes them', () => {
    expect(EVENTS).toEqual(expect.arrayContaining(CONSUMED));
  });

  it.each(EVENTS)('%s changes a read model or sets a process going', (type) => {
    expect(CONSUMED).toContain(type);
  });

  it.each(Object.entries(CONTEXTS))(
    'of %s are what its decisions lead to, all of them and nothing else',
    (context, types) => {
      expect([...decided(context)].sort()).toEqual([...types].sort());
    },
  );
});

/** The types of the facts that a context's domain makes: what stands, or may stand, as `type` beside `data`. */
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

/** A word, or either of two. */
function wordsOf(value: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(value)) return [value.text];
  return ts.isConditionalExpression(value) ? [...wordsOf(value.whenTrue), ...wordsOf(value.whenFalse)] : [];
}
