import { Inject, Injectable } from '@nestjs/common';
import type { ObjectStorage } from '@syntropic/object-storage';
import { repositoryUrl, type AgentConfiguration, type WorkOrder } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import { renderPrompt, startSession, type Outline, type SessionRun } from '../session';
import type { CallGuard } from '../model-gateway/call-guard';
import { SessionSockets } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import type { Limits } from '../workspaces';
import { AgentKinds } from './agent-kinds';
import { inputFiles, phaseOutputs } from './inputs';
import { SessionObjectStorage } from './retrying-object-storage';

type Start = Readonly<{ directory: string; outline: Outline; signal: AbortSignal; guards: readonly CallGuard[] }>;

/** Starts the agent of a work order in a workspace with its inputs and repositories. */
@Injectable()
export class SessionStarter {
  constructor(
    private readonly kinds: AgentKinds,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'graces' | 'allowFileRepositories' | 'output'>,
    private readonly storage: SessionObjectStorage,
    private readonly sockets: SessionSockets,
  ) {}

  /** @throws DomainError for faults that the workflow's author can correct */
  async start(order: WorkOrder, { directory, outline, signal, guards }: Start): Promise<SessionRun> {
    const { sessionId, leg, agent, model, maxTokens, allowedTools, repositoryRef } = order;
    const { graces, allowFileRepositories: allowFiles, output } = this.settings;
    const objects = this.storage.retryingUntil(signal);
    const urls = order.repos.map(repositoryUrl);
    const prompt = await promptOf(order, urls, objects);
    const limits = limitsOf(agent);
    const kinds = await this.kinds.withRoom(order, limits, signal);

    return startSession({
      ...kinds,
      session: { agent, sessionId, leg, prompt, model, maxTokens, allowedTools },
      sockets: this.sockets,
      workspace: { id: sessionId, directory, limits, environment: {} },
      contents: {
        inputs: inputFiles(objects, order),
        repositories: urls.map((url) => ({ url, ref: repositoryRef })),
        clone: { allowFiles, signal, workspaceId: sessionId },
      },
      timeoutMs: order.timeoutSeconds * 1_000,
      graces,
      output,
      outline,
      guards,
    });
  }
}

async function promptOf(order: WorkOrder, repositories: readonly string[], objects: ObjectStorage): Promise<string> {
  const { executionId, workflowId, inputs, task } = order;
  const values = { executionId, workflowId, repositories, inputs, task };
  return renderPrompt(order.promptTemplate, { ...values, phaseOutputs: await phaseOutputs(objects, order) });
}

const MEGABYTE = 1024 * 1024;

function limitsOf({ limits = {} }: AgentConfiguration): Limits {
  const { memoryMb, pids, cpus, diskMb } = limits;
  return { memoryBytes: memoryMb && memoryMb * MEGABYTE, pids, cpus, diskBytes: diskMb && diskMb * MEGABYTE };
}
