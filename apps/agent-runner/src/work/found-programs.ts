import { Inject, Injectable } from '@nestjs/common';
import { forksOf, type AgentProgram } from '@syntropic/orchestration/contracts';
import { AGENT_PROGRAMS, PROVIDERS } from '../injection-tokens';
import type { AgentPrograms, Provider } from '../providers';
import { RunnerLog } from './runner-log';

/** The programs of agents that this machine has, or lacks, as clients may know them. */
@Injectable()
export class FoundPrograms {
  constructor(
    @Inject(AGENT_PROGRAMS) private readonly programs: AgentPrograms,
    @Inject(PROVIDERS) private readonly offered: readonly Provider[],
    private readonly log: RunnerLog,
  ) {}

  /** The names of the providers whose agents can run here, and fork. */
  providers(): string[] {
    return this.offered.flatMap(({ name, canFork }) => (canFork ? [name, forksOf(name)] : [name]));
  }

  /** By provider. Paths of this machine are only logged. */
  report(): Record<string, AgentProgram> {
    const found = Object.entries(this.programs);
    for (const [provider, program] of found) this.log.info({ provider, ...program }, 'agent program');
    return Object.fromEntries(
      found.map(([provider, program]) => [
        provider,
        'version' in program ? { version: program.version } : { missing: program.missing },
      ]),
    );
  }
}
