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

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const rounded = (value: number): number => Number(value.toPrecision(4));
