import type { LoggerService } from '@nestjs/common';

/** Orchestrators wait half a minute after SIGTERM before they send SIGKILL. */
const SHUTDOWN_MS = 24_000;

/** Exits when a shutdown takes too long, for instance while the store is away. Other replicas take over unfinished work, as after a crash. */
export function enforceShutdownDeadline(logger: LoggerService): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      const exit = () => {
        logger.warn(`the shutdown was not complete ${SHUTDOWN_MS / 1_000} s after ${signal}`);
        process.exit(1);
      };
      setTimeout(exit, SHUTDOWN_MS).unref();
    });
  }
}
