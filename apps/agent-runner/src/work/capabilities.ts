import { Inject, Injectable } from '@nestjs/common';
import type { AgentProgram, WorkspaceLimits } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import { BackendProbes } from './backend-probes';
import { FoundPrograms } from './found-programs';
import { OfferedSecrets } from './offered-secrets';
import { runnerIn } from './runner-identity';
import type { RunnerSettings } from './runner-settings';

/** The sessions that a runner can take: on these backends, by these providers or as forks of theirs, this many at the same time. */
export type Capabilities = Readonly<{
  runner: string;
  backends: string[];
  providers: string[];
  /** The programs of agents that were looked for, by provider. */
  agents?: Record<string, AgentProgram>;
  /** The names of the secrets that set-ups may ask for. */
  secrets?: string[];
  /** The limits that can be held, by the kind of workspace. */
  workspaces?: Record<string, WorkspaceLimits>;
  slots: number;
}>;

/** Determines the runner's capabilities by probing each backend. */
@Injectable()
export class CapabilityProbe {
  constructor(
    private readonly backends: BackendProbes,
    private readonly programs: FoundPrograms,
    private readonly secrets: OfferedSecrets,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'directory' | 'slots'>,
  ) {}

  async capabilities(): Promise<Capabilities> {
    const { directory, slots } = this.settings;
    const workspaces = await this.backends.available();
    return {
      runner: await runnerIn(directory),
      backends: Object.keys(workspaces),
      workspaces,
      providers: this.programs.providers(),
      agents: this.programs.report(),
      secrets: await this.secrets.report(),
      slots,
    };
  }
}
