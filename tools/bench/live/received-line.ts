/** A line of an agent as a watcher heard it; times in milliseconds since the epoch. */
export type HeardLine = Readonly<{ writtenAt: number; heardAt: number }>;

/** Milliseconds from writing to hearing, of the lines written while the agents of all executions were speaking. */
export function delaysWhileAllSpoke(executions: readonly (readonly HeardLine[])[]): number[] {
  const times = executions.map((lines) => lines.map(({ writtenAt }) => writtenAt));
  const from = Math.max(...times.map((each) => Math.min(...each)));
  const until = Math.min(...times.map((each) => Math.max(...each)));
  return executions
    .flat()
    .filter(({ writtenAt }) => writtenAt >= from && writtenAt <= until)
    .map(({ writtenAt, heardAt }) => heardAt - writtenAt);
}
