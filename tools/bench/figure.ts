/** What a suite measured, beside the raw way measured in the same run. */
export type Figure = Readonly<{
  value: number;
  unit: string;
  limit: number;
  /** The value in terms of the limit. */
  ratio: number;
  target: number;
  ok: boolean;
}>;

export type Figures = Readonly<Record<string, Figure>>;

type Measured = Readonly<{ value: number; unit: string; limit: number; target: number }>;

/** A figure that is good when it is large, such as a throughput. */
export const atLeast = (measured: Measured): Figure => figure(measured, (ratio, target) => ratio >= target);

/** A figure that is good when it is small, such as a time. */
export const atMost = (measured: Measured): Figure => figure(measured, (ratio, target) => ratio <= target);

function figure({ value, unit, limit, target }: Measured, meets: (ratio: number, target: number) => boolean): Figure {
  const ratio = value / limit;
  return {
    value: rounded(value),
    unit,
    limit: rounded(limit),
    ratio: rounded(ratio),
    target,
    ok: meets(ratio, target),
  };
}

type Round = Readonly<{ value: number; limit: number }>;

/** The round whose ratio is the median: a disturbance of the machine hits both sides of a round, and few of the rounds. */
export function medianRound(rounds: readonly Round[]): Round {
  const byRatio = rounds.toSorted((a, b) => a.value / a.limit - b.value / b.limit);
  return byRatio[Math.floor(rounds.length / 2)] ?? { value: NaN, limit: NaN };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
