import { env } from '@syntropic/config';
import { z } from 'zod';

const POLL_MS = 1_000;

/** Resolves when the npm that started this process was killed: its children get no signal then. */
export function npmEnded(): Promise<void> {
  const { npm_lifecycle_event } = env(z.object({ npm_lifecycle_event: z.string().optional() }));
  const npm = process.ppid;
  return new Promise((resolve) => {
    if (npm_lifecycle_event === undefined) return;
    const polling = setInterval(() => {
      if (process.ppid === npm) return;
      clearInterval(polling);
      resolve();
    }, POLL_MS);
    polling.unref();
  });
}
