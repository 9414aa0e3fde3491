import { Inject, Injectable } from '@nestjs/common';
import { BACKENDS } from '../injection-tokens';
import type { Backend, Limit } from '../workspaces';
import { RunnerLog } from './runner-log';

export type AvailableBackend = Readonly<{ backend: Backend; unheld: readonly Limit[] }>;

/** Probes the workspace backends of this machine. */
@Injectable()
export class BackendProbes {
  constructor(
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
    private readonly log: RunnerLog,
  ) {}

  /** Those that work here, with the limits that they cannot hold. */
  async available(): Promise<readonly AvailableBackend[]> {
    const probes = await Promise.all(
      this.backends.map(async (backend) => {
        const { name, isExperimental = false } = backend;
        return { kind: backend, backend: name, isExperimental, ...(await backend.probe()) };
      }),
    );
    for (const { kind: _, backend, ...probe } of probes) {
      this.log.info({ backend, ...probe }, 'workspace backend');
      if (probe.available && probe.isExperimental) {
        this.log.warn({ backend }, 'workspaces of this backend are experimental');
      }
      if (probe.available && probe.unenforceable.length > 0) {
        this.log.warn({ backend, limits: probe.unenforceable }, 'workspaces are without these limits on this machine');
      }
      if (probe.available && probe.watched.length > 0) {
        const how = 'these limits of workspaces are watched: an agent can exceed one before it is ended';
        this.log.warn({ backend, limits: probe.watched }, how);
      }
    }
    return probes
      .filter(({ available }) => available)
      .map(({ kind, unenforceable }) => ({ backend: kind, unheld: unenforceable }));
  }
}
