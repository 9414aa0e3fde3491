import { agentSession } from '@syntropic/agent-sessions/contracts';
import { addUsd, NO_USAGE, type Usage } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { organization, repo, system } from '@syntropic/organization/contracts';
import { randomUUID } from 'node:crypto';
import { anExecutionId, factsOf } from './facts';
import type { useGateway } from './gateway.fixture';

type Gateway = Pick<ReturnType<typeof useGateway>, 'record' | 'observe' | 'read'>;

const hex = () => randomUUID().slice(0, 8);
const { PhaseFailed, ExecutionFailed } = workflowExecution.events;

type Repo = Readonly<{ repoId: string; fullName: string; provider: 'github'; organizationId: string }>;

export const usageOf = (costUsd: string): Usage => ({
  ...NO_USAGE,
  byModel: {
    'a-model': { inputTokens: 100, outputTokens: 20, cacheCreationTokens: 3, cacheReadTokens: 4, costUsd },
  },
  costUsd,
});

type Run = ReturnType<typeof factsOf> & Readonly<{ executionId: string; minPosition: string }>;

const observation = ({ sessionId, executionId }: Run, type: string, data: Readonly<Record<string, unknown>>) => ({
  id: randomUUID(),
  type,
  time: new Date().toISOString(),
  sessionId,
  executionId,
  phaseId: 'plan',
  data: { leg: 1, ...data },
});

/** Records systems and executions that name repositories, and reads the insights into them. */
export class Insights {
  constructor(private readonly gateway: Gateway) {}

  /** An organization with a system of two repositories of their own names. */
  readonly aSystem = async () => {
    const [organizationId, systemId, owner] = [`org-${hex()}`, `sys-${hex()}`, `acme-${hex()}`];
    const repos = ['Api', 'web'].map((name): Repo => ({
      repoId: `repo-${hex()}`,
      fullName: `${owner}/${name}`,
      provider: 'github',
      organizationId,
    }));
    const [api, web] = repos as [Repo, Repo];
    await this.gateway.record(`organization-${organizationId}`, [
      event(organization.events.OrganizationCreated, { organizationId, name: 'Acme', slug: 'acme', createdBy: 'api' }),
    ]);
    const created = { systemId, organizationId, name: 'Shop', description: '', createdBy: 'api' };
    await this.gateway.record(`system-${systemId}`, [event(system.events.SystemCreated, created)]);
    const rest = { providerRepoId: '', defaultBranch: 'main', installationId: '', isPrivate: false, createdBy: 'api' };
    for (const { repoId, ...name } of repos) {
      await this.gateway.record(`repo-${repoId}`, [
        event(repo.events.RepoRegistered, { repoId, ...name, ...rest, owner }),
        event(repo.events.RepoAssignedToSystem, { repoId, systemId }),
      ]);
    }
    return { organizationId, systemId, api, web };
  };

  /** An execution with one phase whose agent works on these repositories. */
  readonly started = async (...repos: readonly string[]): Promise<Run> => {
    const executionId = anExecutionId();
    const facts = factsOf(executionId);
    const begun = event(workflowExecution.events.ExecutionStarted, { ...facts.started.data, repos: [...repos] });
    await this.gateway.record(`execution-${executionId}`, [begun, facts.queued, facts.phaseStarted], executionId);
    const opened = event(agentSession.events.SessionStarted, { ...facts.sessionStarted.data, repos: [...repos] });
    const { minPosition } = await this.gateway.record(`session-${facts.sessionId}`, [opened], executionId);
    return { ...facts, executionId, minPosition };
  };

  readonly completed = async (costUsd: string, ...repos: readonly string[]) => {
    const run = await this.started(...repos);
    const [usage, { executionId }] = [usageOf(costUsd), run];
    const done = { ...run.phaseCompleted, data: { ...run.phaseCompleted.data, usage } };
    const closed = run.sessionCompleted(0);
    await this.gateway.record(
      `session-${run.sessionId}`,
      [{ ...closed, data: { ...closed.data, usage } }],
      executionId,
    );
    const { minPosition } = await this.gateway.record(`execution-${executionId}`, [done, run.completed], executionId);
    return { ...run, minPosition };
  };

  readonly failed = async (error: string, ...repos: readonly string[]) => {
    const run = await this.started(...repos);
    const { executionId, sessionId } = run;
    await this.gateway.observe(...['first', 'last'].map((text) => observation(run, 'message_response', { text })));
    const ids = { executionId, workflowId: 'a-workflow', phaseId: 'plan' };
    const failure = { error, errorType: 'agent_failed' };
    const usage = usageOf('0.5');
    const { minPosition } = await this.gateway.record(
      `execution-${executionId}`,
      [
        event(PhaseFailed, { ...ids, sessionId, attempt: 1, leg: 1, usage, artifacts: [], ...failure }),
        event(ExecutionFailed, { ...ids, usage, completedPhases: 0, totalPhases: 1, artifactIds: [], ...failure }),
      ],
      executionId,
    );
    return { ...run, minPosition };
  };

  /** A run whose agent has used something by now, which only telemetry knows. */
  readonly running = async (...repos: readonly string[]) => {
    const run = await this.started(...repos);
    await this.gateway.observe(
      observation(run, 'token_usage', {
        model: 'a-model',
        input_tokens: 10,
        output_tokens: 5,
        cache_creation_tokens: 0,
        cache_read_tokens: 0,
        cost_usd: '0.25',
      }),
    );
    return run;
  };

  readonly read = (path: string, minPosition?: string) => this.gateway.read(`/api${path}`, minPosition);

  /** The sums over executions as their own details say. */
  readonly sumOf = async (...runs: readonly Run[]) => {
    const details = await Promise.all(runs.map(({ executionId }) => this.read(`/executions/${executionId}`)));
    return {
      total_cost_usd: addUsd('0', ...details.map((detail) => String(detail['total_cost_usd']))),
      total_tokens: details.reduce((sum, detail) => sum + Number(detail['total_tokens']), 0),
      execution_count: runs.length,
    };
  };
}
