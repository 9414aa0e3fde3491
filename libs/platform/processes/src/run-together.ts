/** Runs tasks side by side until the signal. The first that fails ends the others, and its fault is thrown when all have ended. */
export async function runTogether(
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const faults: unknown[] = [];
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task(until);
      } catch (fault) {
        faults.push(fault);
        failed.abort();
      }
    }),
  );
  if (faults.length > 0) throw faults[0];
}
