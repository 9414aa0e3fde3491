import { Inject, Injectable } from '@nestjs/common';
import { BACKENDS } from '../injection-tokens';
import type { WorkspaceLimits } from '@syntropic/orchestration/contracts';
import type { Backend } from '../workspaces';
import { HeldLimits } from './held-limits';
import { RunnerLog } from './runner-log';

/** Probes the workspace backends of this machine. */
@Injectable()
export class BackendProbes {
  constructor(
    @Inject(BACKENDS) private readonly backends: readonly Backend[],
    private readonly limits: HeldLimits,
    private readonly log: RunnerLog,
  ) {}

  /** Those that work here, by name, with the limits that they can hold. */
  async available(): Promise<Record<string, WorkspaceLimits>> {
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
    const available = probes.filter((probe) => probe.available);
    const held = available.map(
      async ({ kind, backend, unenforceable }) => [backend, await this.limits.of(kind, unenforceable)] as const,
    );
    return Object.fromEntries(await Promise.all(held));
  }
}
