import { Inject, Injectable } from '@nestjs/common';
import { BACKENDS, PROVIDERS, SETTINGS } from '../injection-tokens';
import type { Provider } from '../providers';
import type { Backend } from '../workspaces';
import { runnerIn } from './runner-identity';
import { RunnerLog } from './runner-log';
import type { RunnerSettings } from './runner-settings';

/** The sessions that a runner can take: on these backends, by these providers, this many at the same time. */
export type Capabilities = Readonly<{ runner: string; backends: string[]; providers: string[]; slots: number }>;

/** Determines the runner's capabilities by probing each backend. */
@Injectable()
export class CapabilityProbe {
  constructor(
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'directory' | 'slots'>,
    private readonly log: RunnerLog,
  ) {}

  async capabilities(): Promise<Capabilities> {
    const { directory, slots } = this.settings;
    const probes = await Promise.all(
      this.backends.map(async (backend) => ({ backend: backend.name, ...(await backend.probe()) })),
    );
    for (const { backend, ...probe } of probes) {
      this.log.info({ backend, ...probe }, 'workspace backend');
      if (probe.available && probe.unenforceable.length > 0) {
        this.log.warn({ backend, limits: probe.unenforceable }, 'workspaces are without these limits on this machine');
      }
      if (probe.available && probe.watched.length > 0) {
        const how = 'these limits of workspaces are watched: an agent can exceed one before it is ended';
        this.log.warn({ backend, limits: probe.watched }, how);
      }
    }
    return {
      runner: await runnerIn(directory),
      backends: probes.filter(({ available }) => available).map(({ backend }) => backend),
      providers: this.providers.map(({ name }) => name),
      slots,
    };
  }
}
