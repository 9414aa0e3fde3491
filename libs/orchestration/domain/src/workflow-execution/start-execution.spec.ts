import { event } from '@syntropic/kernel/testing';
import { inputsWithTask, WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import { ids, planning, queued } from '../testing/facts';
import { active, build, surroundings, given, history, loaded, plan, start, two, types } from '../testing/steps';
import { active as activeDefinition } from '../workflow-template';
import { executablePhases } from './executable-phases';
import { startExecution } from './start-execution';
import { WorkflowExecution } from './aggregate';

const { StartExecution } = workflowExecution.commands;
const { events } = workflowExecution;

describe('starting an execution', () => {
  it('queues the first phase of the template as it is now', () => {
    expect(types(history(two))).toEqual(['ExecutionStarted', 'PhaseQueued']);
  });

  it('copies the workflow, with inputs and placeholders filled in', () => {
    const definition = WorkflowDefinition.parse({
      name: 'Review',
      repositoryUrl: 'o/{{name}}',
      repositoryRef: 'v{{version}}',
      inputs: [{ name: 'name' }, { name: 'version', default: '2' }],
      agent: { provider: 'command', command: ['true'] },
      phases: [{ phaseId: 'plan', name: 'Plan', order: 1, agent: { provider: 'simulated', turns: 7 } }],
    });
    const request = StartExecution.schema.parse({ ...start, inputs: { name: 'r' }, task: 'Look' });

    given()
      .when(startExecution, request, active(definition), surroundings)
      .then(
        event(events.ExecutionStarted, {
          ...ids,
          workflowName: 'Review',
          templateVersion: 1,
          inputs: { name: 'r', version: '2' },
          task: 'Look',
          repos: ['o/r'],
          repositoryRef: 'v2',
          phases: [{ phaseId: plan, name: 'Plan', order: 1, agent: { provider: 'simulated', isolation: 'sandbox' } }],
        }),
        queued(planning),
      );
  });

  it('refuses an archived workflow, and one that does not exist', () => {
    given()
      .when(startExecution, start, loaded({ status: 'archived' }), surroundings)
      .thenRefused('workflow.archived');
    given()
      .when(startExecution, start, loaded({ status: 'unknown' }), surroundings)
      .thenRefused('workflow.not_found');
  });

  it('refuses a second time', () => {
    given(...history(two))
      .when(startExecution, start, two, surroundings)
      .thenRefused('execution.already_started');
  });

  it('refuses what no runner can do', () => {
    given()
      .when(startExecution, start, two, { ...surroundings, isCapable: () => false })
      .thenRefused('execution.no_capable_runner');
  });

  it('says what the runners lack', () => {
    const lacks = () =>
      startExecution(WorkflowExecution.initial, start, two, {
        ...surroundings,
        isCapable: () => ({ lacks: 'claude is not installed' }),
      });
    expect(lacks).toThrow(/claude is not installed/);
  });

  it('refuses a list of tools for an agent that cannot be kept to one', () => {
    const withTools = (agent: object, allowedTools: string[]) =>
      active(
        WorkflowDefinition.parse({
          name: 'Review',
          agent,
          phases: [{ phaseId: 'plan', name: 'Plan', order: 1, allowedTools }],
        }),
      );

    for (const agent of [{ provider: 'codex' }, { provider: 'command', command: ['true'] }]) {
      given()
        .when(startExecution, start, withTools(agent, ['Read']), surroundings)
        .thenRefused('execution.setting_not_held');
    }
    for (const template of [withTools({ provider: 'codex' }, []), withTools({ provider: 'claude' }, ['Read'])]) {
      const started = startExecution(WorkflowExecution.initial, start, template, surroundings);
      expect(types(started)).toEqual(['ExecutionStarted', 'PhaseQueued']);
    }
  });

  it('refuses missing inputs, reserved ones, and placeholders that nothing fills', () => {
    const withInput = (more: object) =>
      active(
        WorkflowDefinition.parse({ name: 'Review', phases: [{ phaseId: 'plan', name: 'Plan', order: 1 }], ...more }),
      );

    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'topic' }] }), surroundings)
      .thenRefused('execution.missing_input');
    given()
      .when(startExecution, StartExecution.schema.parse({ ...start, inputs: { repos: 'o/r' } }), two, surroundings)
      .thenRefused('execution.reserved_input');
    given()
      .when(startExecution, start, withInput({ repos: ['{{owner}}/r'] }), surroundings)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ repos: ['{{constructor}}/r'] }), surroundings)
      .thenRefused('execution.unresolved_placeholder');
    given()
      .when(startExecution, start, withInput({ inputs: [{ name: 'constructor' }] }), surroundings)
      .thenRefused('execution.missing_input');
  });

  it('refuses inputs that the workflow does not have, and takes those that its texts use', () => {
    const definition = WorkflowDefinition.parse({
      name: 'Review',
      inputs: [{ name: 'topic', required: false }],
      repositoryUrl: '{{ owner }}/r',
      phases: [{ phaseId: 'plan', name: 'Plan', order: 1, promptTemplate: '{{ undeclared }}' }],
    });
    const request = (inputs: object) => StartExecution.schema.parse({ ...start, inputs });
    const template = active(definition);
    const data = { inputs: { owner: 'o', undeclared: 'u', topic: 't' }, repos: ['o/r'] };

    for (const inputs of [
      { owner: 'o', tpoic: 't' },
      { owner: 'o', constructor: 't' },
    ]) {
      given().when(startExecution, request(inputs), template, surroundings).thenRefused('execution.unknown_input');
    }
    expect(
      startExecution(WorkflowExecution.initial, request(data.inputs), template, surroundings)[0]?.data,
    ).toMatchObject(data);
  });

  it('takes the task of the request, else the input of this name', () => {
    const taskOf = (request: object) => {
      const command = StartExecution.schema.parse({ ...start, ...request });
      const [started] = startExecution(WorkflowExecution.initial, command, two, surroundings);
      if (started?.type !== 'ExecutionStarted') throw new Error('nothing was started');
      expect(started.data.inputs).not.toHaveProperty('task');
      return { ...started.data, inputs: inputsWithTask(started.data) };
    };

    expect(taskOf({ inputs: { task: 'as input' } })).toMatchObject({ task: 'as input' });
    expect(taskOf({ inputs: { task: 'as input' }, task: 'own' })).toMatchObject({
      task: 'own',
      inputs: { task: 'own' },
    });
    expect(taskOf({})).not.toHaveProperty('task', expect.anything());
  });

  it('lets `claude` fill in where the workflow names no agent', () => {
    const definition = WorkflowDefinition.parse({
      name: 'Review',
      phases: [{ phaseId: 'plan', name: 'Plan', order: 1 }],
    });
    const request = StartExecution.schema.parse({ ...start, provider: 'claude' });

    expect(startExecution(WorkflowExecution.initial, request, active(definition), surroundings)[0]?.data).toMatchObject(
      {
        phases: [{ agent: { provider: 'claude' } }],
      },
    );
  });

  it('lets the request override the provider where the workflow says enough', () => {
    given()
      .when(startExecution, StartExecution.schema.parse({ ...start, provider: 'command' }), two, surroundings)
      .thenRefused('execution.provider_not_configured');

    const agent = { provider: 'simulated', turns: 7 };
    const command = { provider: 'command', command: ['true'] };
    const own = active(
      WorkflowDefinition.parse({
        name: 'Review',
        requiresRepos: false,
        agent,
        phases: [
          { phaseId: plan, name: plan, order: 1, agent: command },
          { phaseId: build, name: build, order: 2 },
        ],
      }),
    );
    const providers = (provider: 'simulated' | 'claude' | undefined) => {
      const command = StartExecution.schema.parse({ ...start, provider });
      const events = startExecution(WorkflowExecution.initial, command, own, surroundings);
      return events.flatMap((event) =>
        event.type === 'ExecutionStarted'
          ? executablePhases(activeDefinition(own.state), event.data.provider).map((phase) => phase.agent)
          : [],
      );
    };
    expect(providers(undefined)).toMatchObject([{ provider: 'command' }, agent]);
    expect(providers('simulated')).toMatchObject([agent, agent]);
    expect(providers('claude')).toMatchObject([{ provider: 'command' }, agent]);
  });

  it('keeps the isolation, limits, hosts and set-up of an agent that another provider takes the place of', () => {
    const common = {
      isolation: 'process',
      limits: { memoryMb: 64 },
      egress: ['example.com'],
      setup: { commands: ['make'], egress: [], secrets: ['NPM_TOKEN'], timeoutSeconds: 60 },
    };
    const definition = WorkflowDefinition.parse({
      name: 'Review',
      requiresRepos: false,
      agent: { provider: 'claude', ...common },
      phases: [{ phaseId: plan, name: plan, order: 1 }],
    });

    expect(executablePhases(definition, 'simulated')).toMatchObject([{ agent: { provider: 'simulated', ...common } }]);
  });

  it('records the names of the secrets that a set-up asks for, for the runner that takes the phase', () => {
    const agent = { provider: 'claude', setup: { commands: ['make'], secrets: ['NPM_TOKEN'] } };
    const phases = [{ phaseId: plan, name: plan, order: 1 }];
    const template = active(WorkflowDefinition.parse({ name: 'Review', requiresRepos: false, agent, phases }));
    const command = StartExecution.schema.parse({ ...start, inputs: {} });

    expect(startExecution(WorkflowExecution.initial, command, template, surroundings)).toMatchObject([
      { data: { phases: [{ agent: { provider: 'claude', isolation: 'sandbox', secrets: ['NPM_TOKEN'] } }] } },
      { type: 'PhaseQueued', data: { secrets: ['NPM_TOKEN'] } },
    ]);
  });
});
