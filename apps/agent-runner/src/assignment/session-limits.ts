import { DomainError } from '@syntropic/kernel';
import { MAX_LIMIT_SECONDS } from '@syntropic/orchestration/contracts';
import type { CallGuard, PlannedCall } from '../model-gateway/call-guard';
import { LeaseLost } from './leased-commands';
import type { SessionCommands } from './session-commands';

type LimitOptions = Readonly<{
  /** A limit that resets sooner is left to the agent, whose client waits itself. */
  pauseFromMs: number;
  onFault: (error: unknown) => void;
}>;

/** Asks for a pause of the execution while a provider of models refuses the calls of its session. */
export class SessionLimits implements CallGuard {
  #reports = 0;
  /** The end of the newest limit that the agent itself has told, and that the execution waits for. */
  #toldUntil = Number.NEGATIVE_INFINITY;
  #telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: Pick<SessionCommands, 'reportLimit'>,
    private readonly options: LimitOptions,
  ) {}

  authorize(): undefined {
    return undefined;
  }

  /** True when the call is to wait for the pause that comes. */
  limitReached({ upstream }: Pick<PlannedCall, 'upstream'>, resetsAt: number): Promise<boolean> {
    return this.#report(upstream, resetsAt);
  }

  /** The agent tells of a limit that it has met. */
  told(provider: string, resetsAt: number): void {
    this.#telling = this.#telling.then(async () => {
      if (await this.#report(provider, resetsAt)) this.#toldUntil = resetsAt;
    });
  }

  /** True for an agent that has ended, as it says with an error, while a limit holds for which the execution waits. */
  async endsBy(
    report: Readonly<{ outcome?: Readonly<{ isError: boolean }> | undefined }> | undefined,
  ): Promise<boolean> {
    await this.#telling;
    return report?.outcome?.isError === true && Date.now() < this.#toldUntil;
  }

  /** False for a limit that resets soon, or later than any window does, and when the report is refused. */
  async #report(provider: string, resetsAt: number): Promise<boolean> {
    const waitMs = resetsAt - Date.now();
    if (waitMs < this.options.pauseFromMs || waitMs > MAX_LIMIT_SECONDS * 1_000) return false;
    try {
      const resetsInSeconds = Math.min(Math.ceil(waitMs / 1_000), MAX_LIMIT_SECONDS);
      await this.commands.reportLimit({ provider, resetsInSeconds }, `${++this.#reports}`);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError || error instanceof LeaseLost)) this.options.onFault(error);
      return false;
    }
  }
}
