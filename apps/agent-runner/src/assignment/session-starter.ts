import { Inject, Injectable } from '@nestjs/common';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import { renderPrompt, startSession, type Outline, type SessionRun } from '../session';
import type { Restore } from '../checkpoints/session-checkpoints';
import type { CallGuard } from '../model-gateway/call-guard';
import { SessionSockets } from '../session-socket';
import type { RunnerSettings } from '../work/runner-settings';
import { phaseOutputs } from './inputs';
import type { SessionLimits } from './session-limits';
import { SessionObjectStorage } from './retrying-object-storage';
import { WorkspaceRequests } from './workspace-requests';

type Start = Readonly<{
  directory: string;
  outline: Outline;
  signal: AbortSignal;
  guards: readonly CallGuard[];
  limits: SessionLimits;
  restore?: Restore | undefined;
}>;

/** Starts the agent of a work order in a workspace with its inputs and repositories. */
@Injectable()
export class SessionStarter {
  constructor(
    private readonly requests: WorkspaceRequests,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'github' | 'graces' | 'output'>,
    private readonly storage: SessionObjectStorage,
    private readonly sockets: SessionSockets,
  ) {}

  /** @throws DomainError for faults that the workflow's author can correct */
  async start(order: WorkOrder, { directory, outline, signal, guards, limits, restore }: Start): Promise<SessionRun> {
    const { sessionId, leg, agent, model, maxTokens, allowedTools, fork } = order;
    const { graces, output } = this.settings;
    const prompt = fork?.prompt ?? (await this.#promptOf(order, this.storage.retryingUntil(signal)));
    const request = await this.requests.of(order, directory, signal);

    return startSession({
      ...request,
      session: { agent, sessionId, leg, prompt, model, maxTokens, allowedTools, fork },
      sockets: this.sockets,
      restore,
      timeoutMs: order.timeoutSeconds * 1_000,
      graces,
      output,
      outline,
      // Other agents would begin anew after the pause: they are left to see the refusal, and to wait themselves.
      guards: request.provider.canResume ? [...guards, limits] : guards,
      onLimit: (resetsAt) => {
        limits.told(agent.provider, resetsAt);
      },
    });
  }

  async #promptOf(order: WorkOrder, objects: ObjectStorage): Promise<string> {
    const { executionId, workflowId, inputs, task } = order;
    const repositories = order.repos.map((repo) => this.settings.github.urlOf(repo));
    const values = { executionId, workflowId, repositories, inputs, task };
    return renderPrompt(order.promptTemplate, { ...values, phaseOutputs: await phaseOutputs(objects, order) });
  }
}
