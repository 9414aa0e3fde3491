import { WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import { build, everything, given, history, plan, start, two, types } from '../testing/steps';
import { type WorkflowTemplate } from '../workflow-template';
import { startExecution } from './start-execution';
import { WorkflowExecution } from './aggregate';

const { StartExecution } = workflowExecution.commands;

describe('starting an execution', () => {
  it('queues the first phase of the template as it is now', () => {
    expect(types(history(two))).toEqual(['ExecutionStarted', 'PhaseQueued']);
  });

  it('refuses an archived workflow', () => {
    given().when(startExecution, start, { status: 'archived' }, everything).thenRefused('workflow.archived');
  });

  it('refuses a second time', () => {
    given(...history(two))
      .when(startExecution, start, two, everything)
      .thenRefused('execution.already_started');
  });

  it('refuses what no runner can do', () => {
    given()
      .when(startExecution, start, two, () => false)
      .thenRefused('execution.no_capable_runner');
  });

  it('refuses missing inputs, reserved ones, and placeholders that nothing fills', () => {
    const withInput = (more: object): WorkflowTemplate => ({
      status: 'active',
      definition: WorkflowDefinition.parse({
        name: 'Review',
        phases: [{ phaseId: 'plan', name: 'Plan', order: 1 }],
        ...more,
      }),
    });

    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'topic' }] }), everything)
      .thenRefused('execution.missing_input');
    given()
      .when(startExecution, StartExecution.schema.parse({ ...start, inputs: { repos: 'o/r' } }), two, everything)
      .thenRefused('execution.reserved_input');
    given()
      .when(startExecution, start, withInput({ repos: ['{{owner}}/r'] }), everything)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ repos: ['{{constructor}}/r'] }), everything)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'constructor' }] }), everything)
      .thenRefused('execution.missing_input');
  });

  it.each(['--upload-pack=x', 'o', 'o/..', 'o/r/s', 'git@github.com:o/r', 'https://user:key@github.com/o/r', ''])(
    'is refused with the repository %j, which no runner clones',
    (repo) => {
      given()
        .when(startExecution, StartExecution.schema.parse({ ...start, repos: ['o/r', repo] }), two, everything)
        .thenRefused('execution.repository_invalid');
    },
  );

  it.each(['o/r', 'o/r.js', 'https://github.com/o/r', 'https://github.com/o/r.git', 'file:///srv/r'])(
    'takes the repository %s',
    (repo) => {
      const [started] = startExecution(
        WorkflowExecution.initial,
        StartExecution.schema.parse({ ...start, repos: [repo] }),
        two,
        everything,
      );
      expect(started?.data).toMatchObject({ repos: [repo] });
    },
  );

  it('lets the request override the provider where the workflow says enough', () => {
    given()
      .when(startExecution, StartExecution.schema.parse({ ...start, provider: 'command' }), two, everything)
      .thenRefused('execution.provider_not_configured');

    const agent = { provider: 'simulated', turns: 7 };
    const command = { provider: 'command', command: ['true'] };
    const own: WorkflowTemplate = {
      status: 'active',
      definition: WorkflowDefinition.parse({
        name: 'Review',
        requiresRepos: false,
        agent,
        phases: [
          { phaseId: plan, name: plan, order: 1, agent: command },
          { phaseId: build, name: build, order: 2 },
        ],
      }),
    };
    const providers = (provider: 'simulated' | 'claude' | undefined) =>
      startExecution(
        WorkflowExecution.initial,
        StartExecution.schema.parse({ ...start, provider }),
        own,
        everything,
      ).flatMap((event) => (event.type === 'ExecutionStarted' ? event.data.phases.map((phase) => phase.agent) : []));
    expect(providers(undefined)).toMatchObject([{ provider: 'command' }, agent]);
    expect(providers('simulated')).toMatchObject([agent, agent]);
    expect(providers('claude')).toMatchObject([{ provider: 'claude' }, { provider: 'claude' }]);
  });
});
