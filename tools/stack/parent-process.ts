import { env } from '@syntropic/config';
import { z } from 'zod';

const LOOK_EVERY_MS = 1_000;

/** Resolves when the npm that started this process has been killed, which nobody tells its children; else never. */
export function npmEnded(): Promise<void> {
  const { npm_lifecycle_event } = env(z.object({ npm_lifecycle_event: z.string().optional() }));
  const npm = process.ppid;
  return new Promise((resolve) => {
    if (npm_lifecycle_event === undefined) return;
    const look = setInterval(() => {
      if (process.ppid === npm) return;
      clearInterval(look);
      resolve();
    }, LOOK_EVERY_MS);
    look.unref();
  });
}
