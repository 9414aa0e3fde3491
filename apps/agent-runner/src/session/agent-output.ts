import { LineRedactor } from '@syntropic/kernel';
import type { Readable } from 'node:stream';
import type { AgentProcess } from '../workspaces';
import type { AgentPause } from './agent-pause';
import { linesOf } from './lines';
import type { LiveInput } from './live-input';
import type { MessageOutline } from './message-outline';
import type { OutputSpooler } from './output-spooler';
import { toldLimit } from './told-limit';
import type { ResultGrace } from './result-grace';
import type { WorkspaceFreezer } from './workspace-freezer';
import type { YieldPoints } from './yield-points';

const STDERR_TAIL_CHARACTERS = 2_000;

export type Outline = (line: string) => Promise<MessageOutline | undefined>;

type OutputOptions = Readonly<{
  spooler: OutputSpooler;
  freezer: WorkspaceFreezer;
  pause: AgentPause;
  grace: ResultGrace;
  /** Undefined for an agent whose input is closed. */
  input: LiveInput | undefined;
  yieldPoints: YieldPoints;
  /** Undefined for an agent without a protocol. */
  outline: Outline | undefined;
  /** Called when the agent tells of a limit that refuses its calls. */
  onLimit: ((resetsAt: number) => void) | undefined;
}>;

/** Reads an agent's output into the spool, and reads nothing while the workspace is frozen. */
export class AgentOutput {
  readonly #redactor = new LineRedactor();
  #stderrTail = '';

  constructor(private readonly options: OutputOptions) {}

  get stderrTail(): string {
    return this.#stderrTail;
  }

  /** Resolves when both streams have ended. */
  async read({ stdout, stderr }: AgentProcess): Promise<void> {
    await Promise.all([this.#readStdout(stdout), this.#readStderr(stderr)]);
    this.options.input?.end();
    this.options.spooler.end();
  }

  /** Adds a warning of the runner to the output. */
  notify(message: string): void {
    this.options.spooler.notify(message);
  }

  async #readStdout(stdout: Readable): Promise<void> {
    const { pause, freezer, spooler, grace, input, yieldPoints, onLimit } = this.options;
    for await (const lines of linesOf(stdout)) {
      for (const piece of spooler.piecesOf(lines)) {
        const outline = await this.options.outline?.(piece.text);
        const { before, after } = yieldPoints.at(outline);
        await pause.reach(before);
        await freezer.waitForThaw();
        await spooler.keep('stdout', piece);
        grace.follow(outline);
        const limit = outline && toldLimit(outline);
        if (limit !== undefined) onLimit?.(limit);
        input?.follow(outline, grace.isIdle);
        await pause.reach(after);
        pause.follow();
      }
      await spooler.pause();
    }
  }

  async #readStderr(stderr: Readable): Promise<void> {
    const { freezer, spooler } = this.options;
    for await (const lines of linesOf(stderr)) {
      for (const piece of spooler.piecesOf(lines)) {
        await freezer.waitForThaw();
        await spooler.keep('stderr', piece);
        this.#stderrTail = `${this.#stderrTail}${this.#redactor.redact(piece.text)}\n`.slice(-STDERR_TAIL_CHARACTERS);
      }
      await spooler.pause();
    }
  }
}
