import { PhaseId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { workflowTemplate } from '@syntropic/orchestration/contracts';
import { archiveWorkflow, createWorkflow, updatePhasePrompt, WorkflowTemplate } from './workflow-template';

const { given } = specificationOf(WorkflowTemplate);

const workflowId = WorkflowId.parse('review');
const phaseId = PhaseId.parse('plan');
const definition = workflowTemplate.commands.CreateWorkflow.schema.parse({
  workflowId,
  name: 'Review',
  phases: [{ phaseId, name: 'Plan', order: 1, promptTemplate: 'Plan it', model: 'small' }],
});
const created = { type: 'WorkflowCreated', data: definition } as const;
const prompt = { workflowId, phaseId, promptTemplate: 'Plan it well' };
const updated = { type: 'WorkflowPhaseUpdated', data: prompt } as const;
const archived = { type: 'WorkflowArchived', data: { workflowId } } as const;

describe('a workflow', () => {
  it('is created once, as its author wrote it', () => {
    given().when(createWorkflow, definition).then(created);
    given(created).when(createWorkflow, definition).thenRefused('workflow.already_exists');
    given(created, archived).when(createWorkflow, definition).thenRefused('workflow.already_exists');
  });

  it('takes another prompt for a phase, and keeps what is not named', () => {
    given(created).when(updatePhasePrompt, prompt).then(updated);
    const after = [created, updated].reduce(WorkflowTemplate.evolve, WorkflowTemplate.initial);
    expect(after).toMatchObject({
      status: 'active',
      definition: { name: 'Review', phases: [{ phaseId, promptTemplate: 'Plan it well', model: 'small' }] },
    });
  });

  it('has no placeholder that nothing gives a value to', () => {
    const prompts = (first: string, second: string) =>
      workflowTemplate.commands.CreateWorkflow.schema.parse({
        ...definition,
        inputs: [{ name: 'topic' }],
        phases: [
          { phaseId, name: 'Plan', order: 1, promptTemplate: first },
          { phaseId: 'build', name: 'Build', order: 2, promptTemplate: second },
        ],
      });
    const data = prompts('{{ topic }} {{task}} {{repo_url}}', 'a\n{{plan}} {{ .State }} ${{ github.ref }} {{a|b}}');

    given().when(createWorkflow, data).then({ type: 'WorkflowCreated', data });
    for (const wrong of ['{{tpoic}}', '{{ plan }}', '{{build}}', '{{constructor}}']) {
      given().when(createWorkflow, prompts(wrong, '')).thenRefused('workflow.unresolved_placeholder');
    }
    given(created)
      .when(updatePhasePrompt, { ...prompt, promptTemplate: '{{topic}}' })
      .thenRefused('workflow.unresolved_placeholder');
  });

  it('keeps the placeholders that a template of an older build uses without a declaration', () => {
    const [phase] = definition.phases;
    const old = { ...definition, phases: [{ ...phase, promptTemplate: '{{topic}}' }] } as typeof definition;
    const data = { ...prompt, promptTemplate: 'Now {{ topic }}' };

    given({ type: 'WorkflowCreated', data: old })
      .when(updatePhasePrompt, data)
      .then({ type: 'WorkflowPhaseUpdated', data });
  });

  it('has no other phases than its author named', () => {
    const other = { ...prompt, phaseId: PhaseId.parse('build') };
    given(created).when(updatePhasePrompt, other).thenRefused('workflow.phase_not_found');
    given().when(updatePhasePrompt, prompt).thenRefused('workflow.not_found');
  });

  it('is archived once, and does not change afterwards', () => {
    given(created).when(archiveWorkflow, { workflowId }).then(archived);
    given(created, archived).when(archiveWorkflow, { workflowId }).thenRefused('workflow.already_archived');
    given(created, archived).when(updatePhasePrompt, prompt).thenRefused('workflow.archived');
    given().when(archiveWorkflow, { workflowId }).thenRefused('workflow.not_found');
  });
});

describe('the log', () => {
  it('archives a workflow only when none of its executions is under way, and no trigger starts it', () => {
    const refusal = { code: 'workflow.has_active_triggers' };
    expect(WorkflowTemplate.reserves?.(archived)).toMatchObject([
      { empty: { scope: 'running/review' }, refusal: { code: 'workflow.has_active_executions' } },
      { empty: { scope: 'triggers-of-workflow/review' }, refusal },
    ]);
    expect(WorkflowTemplate.reserves?.(created)).toEqual([]);
  });
});
