import { Inject, Injectable } from '@nestjs/common';
import { traceparentOf } from '@syntropic/observability';
import type { AgentConfiguration, WorkOrder } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import type { Provider } from '../providers';
import type { WorkspaceContents } from '../session';
import type { Repository } from '../session/repositories';
import { RepositoryTokens } from '../setup/repository-tokens';
import type { RunnerSettings } from '../work/runner-settings';
import type { Backend, Limits, WorkspaceSpec } from '../workspaces';
import { AgentKinds } from './agent-kinds';
import { inputFiles } from './inputs';
import { SessionObjectStorage } from './retrying-object-storage';

type WorkspaceRequest = Readonly<{
  provider: Provider;
  backend: Backend;
  workspace: WorkspaceSpec;
  contents: WorkspaceContents;
}>;

/** The workspace of a work order, with its first contents. */
@Injectable()
export class WorkspaceRequests {
  constructor(
    private readonly kinds: AgentKinds,
    private readonly storage: SessionObjectStorage,
    private readonly tokens: RepositoryTokens,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'github' | 'allowFileRepositories'>,
  ) {}

  /**
   * Resolves when the runner has memory for it.
   * @throws DomainError for limits that never fit; the signal's reason when it is aborted
   */
  async of(order: WorkOrder, directory: string, signal: AbortSignal): Promise<WorkspaceRequest> {
    const { sessionId, executionId, agent, repos, repositoryRef, fork } = order;
    const objects = this.storage.retryingUntil(signal);
    const limits = limitsOf(agent);
    const kinds = await this.kinds.withRoom(order, limits, signal);
    return {
      ...kinds,
      // An agent's own spans are those of its session in the execution's trace.
      workspace: {
        id: sessionId,
        directory,
        limits,
        environment: { TRACEPARENT: traceparentOf(executionId, sessionId) },
      },
      contents: {
        inputs: inputFiles(objects, order),
        kept: fork && { open: () => objects.get(fork.uri), beside: directory },
        repositories: await Promise.all(repos.map((repo) => this.#repository(repo, repositoryRef))),
        clone: {
          github: this.settings.github,
          allowFiles: this.settings.allowFileRepositories,
          signal,
          workspaceId: sessionId,
        },
      },
    };
  }

  async #repository(repo: string, ref: string | undefined): Promise<Repository> {
    const url = this.settings.github.urlOf(repo);
    return { url, ref, token: await this.tokens.of(url) };
  }
}

const MEGABYTE = 1024 * 1024;

function limitsOf({ limits = {} }: AgentConfiguration): Limits {
  const { memoryMb, pids, cpus, diskMb } = limits;
  return { memoryBytes: memoryMb && memoryMb * MEGABYTE, pids, cpus, diskBytes: diskMb && diskMb * MEGABYTE };
}
