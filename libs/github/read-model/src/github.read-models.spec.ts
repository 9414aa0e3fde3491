import { installation, triggerRule } from '@syntropic/github/contracts';
import { event } from '@syntropic/kernel/testing';
import { NO_USAGE } from '@syntropic/kernel';
import { rowsAfter } from '@syntropic/projections/testing';
import { installationRepoProjection } from './installation-repo.projection';
import { installationProjection } from './installation.projection';
import { triggerFiringProjection } from './trigger-firing.projection';
import { triggerProjection } from './trigger.projection';

const installationId = '4711';
const { AppInstalled, InstallationRepositoriesChanged, InstallationSuspended, InstallationRevoked } =
  installation.events;
const account = { accountId: 7, accountName: 'acme', accountType: 'Organization' } as const;
const installed = event(AppInstalled, { installationId, ...account });

describe('the row of an installation', () => {
  const statusAfter = (...events: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(installationProjection, installed, ...events).map(({ status }) => status);

  it('follows suspensions, and outlives the installation', () => {
    const suspended = (is: boolean) => event(InstallationSuspended, { installationId, suspended: is });
    const revoked = event(InstallationRevoked, { installationId, accountName: 'acme' });
    expect(statusAfter()).toEqual(['active']);
    expect(statusAfter(suspended(true))).toEqual(['suspended']);
    expect(statusAfter(suspended(true), suspended(false))).toEqual(['active']);
    expect(statusAfter(revoked)).toEqual(['revoked']);
  });
});

describe('the repositories of an installation', () => {
  const api = { githubId: 1, fullName: 'Acme/Api', isPrivate: true };
  const changed = (added: readonly (typeof api)[], removed: readonly number[] = []) =>
    event(InstallationRepositoriesChanged, { installationId, added, removed });
  const row = {
    installation_repo_id: '4711 1',
    installation_id: '4711',
    github_id: 1,
    full_name: 'Acme/Api',
    name_key: 'acme/api',
    is_private: true,
  };

  it('come, are renamed, and go', () => {
    expect(rowsAfter(installationRepoProjection, changed([api]))).toEqual([row]);
    const renamed = changed([{ ...api, fullName: 'Acme/Core' }]);
    expect(rowsAfter(installationRepoProjection, changed([api]), renamed)).toEqual([
      { ...row, full_name: 'Acme/Core', name_key: 'acme/core' },
    ]);
    expect(rowsAfter(installationRepoProjection, changed([api]), changed([], [1, 2]))).toEqual([]);
  });

  it('that are removed and added at once are there', () => {
    expect(rowsAfter(installationRepoProjection, changed([api], [1]))).toEqual([row]);
  });
});

const { TriggerRegistered, TriggerUpdated, TriggerPaused, TriggerResumed, TriggerDeleted } = triggerRule.events;
const { TriggerFired, TriggerBlocked, TriggerDeferred, TriggerDispatchCompleted, TriggerDispatchFailed } =
  triggerRule.events;
const [triggerId, workflowId, repository] = ['tr-01234567', 'heal', 'Acme/Api'];
const config = { maxAttempts: 3, dailyLimit: 20, debounceSeconds: 0, cooldownSeconds: 300 };
const registered = event(TriggerRegistered, {
  triggerId,
  name: 'Heal',
  event: 'push',
  repository,
  workflowId,
  conditions: [],
  inputMapping: { branch: 'ref' },
  config,
  installationId: '4711',
  createdBy: 'api',
});
const at = '2026-01-01T00:00:00.000Z';
const about = (executionId: string) => ({ triggerId, executionId, deliveryId: 'd-1', event: 'push', repository });
const [first, second] = ['exec-000000000001', 'exec-000000000002'];
const fired = event(TriggerFired, { ...about(first), workflowId, at });

describe('the row of a trigger', () => {
  const rowAfter = (...events: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(triggerProjection, registered, ...events);

  it('keeps the fields that no change names', () => {
    const changed = event(TriggerUpdated, { triggerId, name: 'Again', config: { dailyLimit: 5 } });
    expect(rowAfter(changed)).toEqual([
      {
        trigger_id: triggerId,
        name: 'Again',
        event: 'push',
        repository,
        repository_key: 'acme/api',
        workflow_id: workflowId,
        status: 'active',
        fire_count: 0,
        installation_id: '4711',
        created_by: 'api',
        created_at: '2026-01-01T00:00:01.000Z',
        last_fired_at: null,
        definition: { conditions: [], inputMapping: { branch: 'ref' }, config: { ...config, dailyLimit: 5 } },
      },
    ]);
  });

  it('has its status, also after its deletion', () => {
    const claimed = { triggerId, repository, workflowId };
    const paused = event(TriggerPaused, { ...claimed, pausedBy: '' });
    expect(rowAfter(paused)).toMatchObject([{ status: 'paused' }]);
    expect(rowAfter(paused, event(TriggerResumed, { ...claimed, resumedBy: '' }))).toMatchObject([
      { status: 'active' },
    ]);
    expect(rowAfter(event(TriggerDeleted, { ...claimed, deletedBy: '' }))).toMatchObject([{ status: 'deleted' }]);
  });

  it('counts what it has fired', () => {
    expect(rowAfter(fired, fired)).toMatchObject([{ fire_count: 2, last_fired_at: at }]);
  });
});

describe('the history of a trigger', () => {
  const historyAfter = (...events: Parameters<typeof rowsAfter>[1][]) =>
    rowsAfter(triggerFiringProjection, ...(events as [Parameters<typeof rowsAfter>[1]])).map(
      ({ execution_id, status, guard_name, block_reason }) => ({
        execution_id,
        status,
        guard_name,
        block_reason,
      }),
    );
  const row = { execution_id: first, status: 'pending', guard_name: '', block_reason: '' };
  const dispatched = event(TriggerDispatchCompleted, { triggerId, executionId: first, workflowId });
  const ended = (type: string) => ({ type, data: { executionId: first, usage: NO_USAGE } });

  it('follows the execution to its end', () => {
    expect(historyAfter(fired)).toEqual([row]);
    expect(historyAfter(fired, dispatched)).toEqual([{ ...row, status: 'dispatched' }]);
    expect(historyAfter(fired, dispatched, ended('ExecutionCompleted'))).toEqual([{ ...row, status: 'completed' }]);
    expect(historyAfter(fired, dispatched, ended('ExecutionFailed'))).toMatchObject([{ status: 'failed' }]);
    expect(historyAfter(fired, dispatched, ended('ExecutionCancelled'))).toMatchObject([{ status: 'cancelled' }]);
  });

  it('keeps the end of an execution that was quicker than the record of its start', () => {
    expect(historyAfter(fired, ended('ExecutionCompleted'), dispatched)).toMatchObject([{ status: 'completed' }]);
  });

  it('says why an execution did not start', () => {
    const failed = event(TriggerDispatchFailed, {
      triggerId,
      executionId: first,
      workflowId,
      failureReason: 'workflow.archived: it is',
    });
    expect(historyAfter(fired, failed)).toMatchObject([{ status: 'failed', block_reason: 'workflow.archived: it is' }]);
    const blocked = event(TriggerBlocked, { ...about(first), guard: 'daily_limit', reason: '20 today' });
    expect(historyAfter(blocked)).toEqual([
      { ...row, status: 'blocked', guard_name: 'daily_limit', block_reason: '20 today' },
    ]);
  });

  it('shows what waits, and the delivery that has taken its place', () => {
    const wait = { guard: 'debounced', afterSeconds: 60, dueAt: at } as const;
    const one = event(TriggerDeferred, { ...about(first), ...wait });
    const other = event(TriggerDeferred, { ...about(second), ...wait, replaces: first });
    const waits = { ...row, status: 'deferred', guard_name: 'debounced', block_reason: `again at ${at}` };
    expect(historyAfter(one)).toEqual([waits]);
    expect(historyAfter(one, other)).toMatchObject([
      { execution_id: first, status: 'blocked', guard_name: 'debounced' },
      { ...waits, execution_id: second },
    ]);
    expect(historyAfter(one, fired)).toEqual([row]);
  });

  it('has no row for other executions', () => {
    expect(historyAfter(ended('ExecutionCompleted'))).toEqual([]);
  });
});
