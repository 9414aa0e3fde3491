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

/** A value that should be at least `target` times the limit, such as a throughput. */
export const timesAtLeast = (measured: Measured): Figure => figure(measured, ({ ratio, target }) => ratio >= target);

/** A value that should be at most `target` times the limit, such as a duration. */
export const timesAtMost = (measured: Measured): Figure => figure(measured, ({ ratio, target }) => ratio <= target);

/** A value whose target is in its own unit, whatever the limit is. */
export const atMost = (measured: Measured): Figure => figure(measured, ({ value, target }) => value <= target);

type Claim = Readonly<{ value: number; ratio: number; target: number }>;

function figure({ value, unit, limit, target }: Measured, meets: (claim: Claim) => boolean): Figure {
  const ratio = value / limit;
  return {
    value: rounded(value),
    unit,
    limit: rounded(limit),
    ratio: rounded(ratio),
    target,
    ok: meets({ value, ratio, target }),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
