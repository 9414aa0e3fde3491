/** The smallest of the values that this share of them does not exceed: 0.95 for the 95th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;
}

/** The round in the middle of all by what is measured: a disturbance of the machine hits few of the rounds. */
export function medianRound<Round>(rounds: readonly Round[], by: (round: Round) => number): Round {
  const middle = rounds.toSorted((a, b) => by(a) - by(b))[Math.floor((rounds.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('there is no round');
  return middle;
}
