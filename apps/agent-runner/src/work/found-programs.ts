import { Inject, Injectable } from '@nestjs/common';
import type { AgentProgram } from '@syntropic/orchestration/contracts';
import { AGENT_PROGRAMS } from '../injection-tokens';
import type { AgentPrograms } from '../providers';
import { RunnerLog } from './runner-log';

/** The programs of agents that this machine has, or lacks, as clients may know them. */
@Injectable()
export class FoundPrograms {
  constructor(
    @Inject(AGENT_PROGRAMS) private readonly programs: AgentPrograms,
    private readonly log: RunnerLog,
  ) {}

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
