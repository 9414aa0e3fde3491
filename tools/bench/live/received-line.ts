/** A line of an agent in the stream of a client; times in milliseconds since the epoch. */
export type ReceivedLine = Readonly<{ writtenAt: number; receivedAt: number }>;

/** Milliseconds from writing to receipt, of the lines written while the agents of all executions were active. */
export function delaysWhileAllActive(executions: readonly (readonly ReceivedLine[])[]): number[] {
  const times = executions.map((lines) => lines.map(({ writtenAt }) => writtenAt));
  const from = Math.max(...times.map((each) => Math.min(...each)));
  const until = Math.min(...times.map((each) => Math.max(...each)));
  return executions
    .flat()
    .filter(({ writtenAt }) => writtenAt >= from && writtenAt <= until)
    .map(({ writtenAt, receivedAt }) => receivedAt - writtenAt);
}
