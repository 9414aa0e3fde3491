/** The smallest value that this share of the values does not exceed: 0.95 for the 95th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;
}

/** The median round by one of its values. A disturbance of the machine hits few of the rounds. */
export function medianRound<Round>(rounds: readonly Round[], by: (round: Round) => number): Round {
  const middle = rounds.toSorted((a, b) => by(a) - by(b))[Math.floor((rounds.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('there is no round');
  return middle;
}

/** The percentiles of times, for people. */
export const summaryOf = (ms: readonly number[]): string =>
  `${ms.length} times, ${[0.5, 0.95, 1].map((share) => `p${share * 100} ${percentile(ms, share).toFixed(0)} ms`).join(', ')}`;
