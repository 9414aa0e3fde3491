import { WorkflowId } from '@syntropic/kernel';
import { acceptedBy } from '@syntropic/kernel/testing';
import fc from 'fast-check';
import { z } from 'zod';
import { budgetNumbers, budgetOf } from './budget';
import { OutputSchema } from './output-schema';
import { unknownPlaceholders } from './placeholders';
import { WorkflowDefinition, newWorkflow, type WorkflowDefinition as Definition } from './workflow-definition';
import { packageOf, type PackageFormat } from './workflow-package';
import { parseWorkflowYaml } from './workflow-yaml';

const id = WorkflowId.parse('a-workflow');

type Agent = NonNullable<z.output<typeof WorkflowDefinition>['agent']>;

/** Schemas of answers have rules of their own in documents. */
const withPlainSchema = (agent: Agent | undefined): Agent | undefined =>
  agent && 'outputSchema' in agent && !OutputSchema.safeParse(agent.outputSchema).success
    ? { ...agent, outputSchema: undefined }
    : agent;

const budgets = fc.option(
  fc.record({
    usd: fc
      .double({ min: 0.000_001, max: 1_000_000, noNaN: true })
      .filter((usd) => budgetNumbers.usd.safeParse(usd).success),
    tokens: fc.option(fc.integer({ min: 1, max: 1_000_000_000 }), { nil: undefined }),
    on_exceeded: fc.constantFrom('pause' as const, 'cancel' as const),
  }),
  { nil: undefined },
);

/** Workflows as authors can describe them, with texts of all kinds. */
const definitions: fc.Arbitrary<Definition> = fc
  .tuple(acceptedBy(z.object(newWorkflow)), budgets)
  .map(([definition, budget]) =>
    WorkflowDefinition.parse({
      ...definition,
      repositoryUrl: definition.repositoryUrl === '' ? undefined : definition.repositoryUrl,
      repos: definition.repos.filter((repo) => repo !== ''),
      budget: budget && budgetOf(budget),
      agent: withPlainSchema(definition.agent),
      phases: definition.phases.map((phase) => ({ ...phase, agent: withPlainSchema(phase.agent) })),
    }),
  )
  .filter((definition) => unknownPlaceholders(definition).length === 0);

function imported(files: Readonly<Record<string, string>>) {
  const path = Object.keys(files).find((one) => one.endsWith('workflow.yaml')) ?? '';
  return parseWorkflowYaml(files[path] ?? '', { files, directory: path.slice(0, -'workflow.yaml'.length) || '.' });
}

describe('a workflow', () => {
  it.each<PackageFormat>(['package', 'plugin'])('is the same after it was exported as a %s and imported', (format) => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const files = packageOf(id, definition, format);
        const parsed = imported(files);

        expect(parsed).toEqual({ workflowId: id, definition });
        expect('definition' in parsed && packageOf(id, parsed.definition, format)).toEqual(files);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    '---\nnot a front matter',
    '---\nmodel: a\n---\nbody',
    '---',
    '--- \r\n',
    '----',
    '',
    '\n',
    'a\r\nb\r',
    '\ufeff---\n',
  ])('keeps the prompt %j', (promptTemplate) => {
    const definition = WorkflowDefinition.parse({
      name: 'A',
      phases: [{ phaseId: 'plan', name: 'Plan', order: 1, promptTemplate }],
    });

    expect(imported(packageOf(id, definition, 'package'))).toEqual({ workflowId: id, definition });
  });
});
