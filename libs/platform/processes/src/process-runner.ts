import type { Term } from '@syntropic/postgres';
import type { Process } from './process';
import { ProcessTerm, type ProcessRunnerOptions } from './process-term';

/**
 * Reads the log once for all processes and carries out their reactions: at least once, in order for each execution, none skipped.
 * A position moves behind what was done, so the next leader after a death repeats a little under the same ids.
 */
export class ProcessRunner {
  constructor(
    private readonly processes: readonly Process[],
    private readonly options: ProcessRunnerOptions,
  ) {}

  /**
   * Until the signal. Meant for the owner of the lease `PROCESSES`: another one moves no position.
   * @throws PositionLost when another runner is found to lead
   */
  run({ owner, signal }: Term): Promise<void> {
    return new ProcessTerm(this.processes, owner, this.options).run(signal);
  }
}
