import type { Readable } from 'node:stream';
import type { AgentProcess } from '../workspaces';
import type { AgentPause } from './agent-pause';
import { linesOf } from './lines';
import type { Spool, SpoolLine } from './spool';
import type { WorkspaceFreezer } from './workspace-freezer';
import { YieldPoints } from './yield-points';

const STDERR_TAIL_CHARACTERS = 2_000;

type OutputOptions = Readonly<{ leg: number; spool: Spool; freezer: WorkspaceFreezer; pause: AgentPause }>;

/** Appends an agent's output to the spool line by line, and reads nothing while the workspace is frozen. */
export class AgentOutput {
  readonly #yieldPoints = new YieldPoints();
  #stderrTail = '';

  constructor(private readonly options: OutputOptions) {}

  get stderrTail(): string {
    return this.#stderrTail;
  }

  /** Resolves when both streams have ended. */
  async read({ stdout, stderr }: AgentProcess): Promise<void> {
    await Promise.all([this.#readStdout(stdout), this.#readStderr(stderr)]);
  }

  append(stream: SpoolLine['stream'], text: string): void {
    const { spool, leg } = this.options;
    spool.append({ leg, at: new Date().toISOString(), stream, text });
  }

  async #readStdout(stdout: Readable): Promise<void> {
    const { pause, freezer } = this.options;
    for await (const text of linesOf(stdout)) {
      const { before, after } = this.#yieldPoints.at(text);
      await pause.reach(before);
      await freezer.waitForThaw();
      this.append('stdout', text);
      await pause.reach(after);
    }
  }

  async #readStderr(stderr: Readable): Promise<void> {
    for await (const text of linesOf(stderr)) {
      await this.options.freezer.waitForThaw();
      this.append('stderr', text);
      this.#stderrTail = `${this.#stderrTail}${text}\n`.slice(-STDERR_TAIL_CHARACTERS);
    }
  }
}
