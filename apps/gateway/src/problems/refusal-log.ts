import type { Logger } from '@nestjs/common';

const INTERVAL_MS = 1_000;

type Logged = { at: number; unlogged: number };

/** The log of refused requests: at most one line per code and second, with the number of those before it that have none. In an overload the lines would cost more than the refusals. */
export class RefusalLog {
  readonly #byCode = new Map<string, Logged>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(code: string, error: unknown): void {
    const last = this.#byCode.get(code);
    if (last && this.now() - last.at < INTERVAL_MS) {
      last.unlogged++;
      return;
    }
    this.#byCode.set(code, { at: this.now(), unlogged: 0 });
    this.logger.warn(code, { error, ...(last && last.unlogged > 0 && { unlogged: last.unlogged }) });
  }
}
