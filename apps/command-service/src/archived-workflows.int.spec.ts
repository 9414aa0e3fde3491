import { ExecutionId, WorkflowId } from '@syntropic/kernel';
import { orchestration } from '@syntropic/orchestration/application';
import { workflowExecution, workflowTemplate } from '@syntropic/orchestration/contracts';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { decidedTogether, Replica } from '../test/replica';

const database = useDatabase();

const { ArchiveWorkflow, CreateWorkflow } = workflowTemplate.commands;
const { StartExecution, CancelExecution } = workflowExecution.commands;

let one: Replica;
let other: Replica;
beforeAll(async () => {
  [one, other] = await Promise.all([Replica.start(database, orchestration), Replica.start(database, orchestration)]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const together = decidedTogether(database);

const aWorkflow = async () => {
  const workflowId = WorkflowId.parse(`w-${randomUUID()}`);
  const phases = [{ phaseId: 'plan', name: 'Plan', order: 1, promptTemplate: 'Plan.' }];
  const created = await one.send(CreateWorkflow, { workflowId, name: 'Review', requiresRepos: false, phases });
  expect(created).toBe('done');
  return workflowId;
};
const anExecutionId = () => ExecutionId.parse(`exec-${randomUUID().slice(-12)}`);
const start = (workflowId: WorkflowId, executionId = anExecutionId()) =>
  one.send(StartExecution, { executionId, workflowId, inputs: {}, repos: [] });
const archive = (workflowId: WorkflowId) => other.send(ArchiveWorkflow, { workflowId });

describe('a workflow', () => {
  it('is not archived while one of its executions has not ended', async () => {
    const [workflowId, executionId] = [await aWorkflow(), anExecutionId()];
    expect(await start(workflowId, executionId)).toBe('done');

    expect(await archive(workflowId)).toBe('workflow.has_active_executions');
    expect(await one.send(CancelExecution, { executionId })).toBe('done');
    expect(await archive(workflowId)).toBe('done');
    expect(await archive(workflowId)).toBe('workflow.already_archived');
    expect(await start(workflowId)).toBe('workflow.archived');
  });

  it('is archived, or starts an execution: never both', async () => {
    const workflowId = await aWorkflow();
    const answers = await together(
      () => archive(workflowId),
      () => start(workflowId),
    );
    expect([
      ['done', 'workflow.archived'],
      ['workflow.has_active_executions', 'done'],
    ]).toContainEqual(answers);
  });
});
