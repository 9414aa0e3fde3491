import type { LoggerService } from '@nestjs/common';

/** Whoever stops a service gives it half a minute, and then kills it. */
const LONGEST_SHUTDOWN_MS = 24_000;

/** Ends the process when its shutdown takes too long, as with a store that is away: what it leaves undone others take up, as after any death. */
export function endInTime(logger: LoggerService): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      const end = () => {
        logger.warn(`not everything had ended ${LONGEST_SHUTDOWN_MS / 1_000} s after ${signal}`);
        process.exit(1);
      };
      setTimeout(end, LONGEST_SHUTDOWN_MS).unref();
    });
  }
}
