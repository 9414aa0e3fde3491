import { delivery, triggerRule } from '@syntropic/github/contracts';
import { derivedIdOf, RepoId, WorkflowId, type InputOf } from '@syntropic/kernel';
import { workflowTemplate } from '@syntropic/orchestration/contracts';
import { repo } from '@syntropic/organization/contracts';
import { randomUUID } from 'node:crypto';
import { aDelivery, aRepository, registration, useTriggers, type Registration } from '../test/triggers.fixture';

const { RegisterTrigger, PauseTrigger, ResumeTrigger, DeleteTrigger } = triggerRule.commands;
const { ArchiveWorkflow } = workflowTemplate.commands;
const { RegisterRepo, DeregisterRepo } = repo.commands;
const { AcceptDelivery } = delivery.commands;

const { replicas, together, aWorkflow, register, eventsOf } = useTriggers();

describe('a workflow', () => {
  it('is not archived while triggers that start it are active', async () => {
    const workflowId = await aWorkflow();
    const archive = () => replicas.other.send(ArchiveWorkflow, { workflowId });
    const [paused, deleted] = [await register({ workflowId }), await register({ workflowId })];

    expect(await archive()).toBe('workflow.has_active_triggers');
    expect(await replicas.one.send(PauseTrigger, paused)).toBe('done');
    expect(await archive()).toBe('workflow.has_active_triggers');
    expect(await replicas.one.send(DeleteTrigger, deleted)).toBe('done');
    expect(await archive()).toBe('done');

    expect(await replicas.one.send(ResumeTrigger, paused)).toBe('trigger.workflow_archived');
    expect(await replicas.one.send(RegisterTrigger, registration({ workflowId }))).toBe('trigger.workflow_archived');
    expect(await replicas.one.send(DeleteTrigger, paused)).toBe('done');
  });

  it('that does not exist has no trigger', async () => {
    const workflowId = WorkflowId.parse('nowhere');
    expect(await replicas.one.send(RegisterTrigger, registration({ workflowId }))).toBe('trigger.workflow_not_found');
  });

  it('is archived, or gets a trigger: never both', async () => {
    const workflowId = await aWorkflow();
    const answers = await together(
      () => replicas.one.send(ArchiveWorkflow, { workflowId }),
      () => replicas.other.send(RegisterTrigger, registration({ workflowId })),
    );
    expect([
      ['done', 'trigger.workflow_archived'],
      ['workflow.has_active_triggers', 'done'],
    ]).toContainEqual(answers);
  });

  it('is archived, or has its trigger resumed: never both', async () => {
    const workflowId = await aWorkflow();
    const paused = await register({ workflowId });
    await replicas.one.send(PauseTrigger, paused);
    const answers = await together(
      () => replicas.one.send(ArchiveWorkflow, { workflowId }),
      () => replicas.other.send(ResumeTrigger, paused),
    );
    expect([
      ['done', 'trigger.workflow_archived'],
      ['workflow.has_active_triggers', 'done'],
    ]).toContainEqual(answers);
  });
});

describe('a repository', () => {
  const aRepo = async (own: Partial<InputOf<typeof RegisterRepo>> = {}) => {
    const registered = { repoId: RepoId.parse(derivedIdOf(RepoId, randomUUID())), fullName: aRepository(), ...own };
    expect(await replicas.one.send(RegisterRepo, registered)).toBe('done');
    return registered;
  };

  it('is not deregistered while it has active triggers, however its name is written', async () => {
    const { repoId, fullName } = await aRepo();
    const workflowId = await aWorkflow();
    const [paused, deleted] = [
      await register({ workflowId, repository: fullName.toUpperCase() }),
      await register({ workflowId, repository: fullName }),
    ];
    const deregister = () => replicas.other.send(DeregisterRepo, { repoId });

    expect(await deregister()).toBe('repo.has_active_triggers');
    expect(await replicas.one.send(PauseTrigger, paused)).toBe('done');
    expect(await deregister()).toBe('repo.has_active_triggers');
    expect(await replicas.one.send(DeleteTrigger, deleted)).toBe('done');
    expect(await deregister()).toBe('done');
  });

  it('of another provider has none', async () => {
    const { repoId, fullName } = await aRepo({ provider: 'gitlab' });
    await register({ workflowId: await aWorkflow(), repository: fullName });
    expect(await replicas.other.send(DeregisterRepo, { repoId })).toBe('done');
  });

  it('has each preset once, by whichever of two commands is first, until it is deleted', async () => {
    const workflowId = await aWorkflow();
    const of = (own: Partial<Registration> = {}) =>
      registration({ workflowId, repository: 'acme/preset', preset: 'self-healing', ...own });
    const [first, second] = [of(), of({ repository: 'Acme/Preset' })];
    const answers = await together(
      () => replicas.one.send(RegisterTrigger, first),
      () => replicas.other.send(RegisterTrigger, second),
    );
    expect([...answers].sort()).toEqual(['done', 'trigger.already_exists']);

    const registered = answers[0] === 'done' ? first : second;
    expect(await replicas.one.send(RegisterTrigger, of({ preset: 'review-fix' }))).toBe('done');
    expect(await replicas.one.send(PauseTrigger, registered)).toBe('done');
    expect(await replicas.one.send(RegisterTrigger, of())).toBe('trigger.already_exists');
    expect(await replicas.one.send(DeleteTrigger, registered)).toBe('done');
    expect(await replicas.one.send(RegisterTrigger, of())).toBe('done');
  });

  it('has at most 40 active triggers', async () => {
    const workflowId = await aWorkflow();
    const repository = aRepository();
    const forty = Array.from({ length: 40 }, () => registration({ workflowId, repository }));
    for (const one of forty) expect(await replicas.one.send(RegisterTrigger, one)).toBe('done');
    expect(await replicas.one.send(RegisterTrigger, registration({ workflowId, repository }))).toBe('trigger.too_many');
  });
});

describe('a delivery', () => {
  it('that comes twice at the same moment is recorded once, with one answer', async () => {
    const { repository, triggerId } = await register({ workflowId: await aWorkflow() });
    const [sent, commandId] = [aDelivery(repository), randomUUID()];
    const answers = await together(
      () => replicas.one.ask(AcceptDelivery, sent, commandId),
      () => replicas.other.ask(AcceptDelivery, sent, commandId),
    );
    expect(answers[0]).toMatchObject({ matched: [triggerId] });
    expect(answers[1]).toEqual(answers[0]);
    expect(await replicas.one.ask(AcceptDelivery, sent, commandId)).toEqual(answers[0]);
    expect(await eventsOf(`delivery-${sent.deliveryId}`)).toHaveLength(1);
  });

  it('that matches nothing, or a trigger that is not active, is not recorded', async () => {
    const paused = await register({ workflowId: await aWorkflow() });
    await replicas.one.send(PauseTrigger, paused);
    for (const repository of [paused.repository, aRepository()]) {
      const sent = aDelivery(repository);
      expect(await replicas.other.ask(AcceptDelivery, sent)).toMatchObject({ matched: [] });
      expect(await eventsOf(`delivery-${sent.deliveryId}`)).toEqual([]);
    }
  });

  it('is not accepted with a payload that is not JSON', async () => {
    const sent = { ...aDelivery(aRepository()), payload: '{' };
    expect(await replicas.one.send(AcceptDelivery, sent)).toBe('delivery.malformed');
  });
});
