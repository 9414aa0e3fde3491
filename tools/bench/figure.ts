/** One measured value, beside the raw way measured in the same run. */
export type Figure = Readonly<{
  value: number;
  unit: string;
  /** The raw way; null for a value that has none. */
  limit: number | null;
  /** The value in terms of the limit. */
  ratio: number | null;
  /** Null for a value that is only stated. */
  target: number | null;
  ok: boolean;
  /** Deliveries per event to each service that reads the measured stream. */
  readers?: Readonly<Record<string, number>>;
}>;

export type Figures = Readonly<Record<string, Figure>>;

type Stated = Readonly<{ value: number; unit: string }>;
type Bounded = Stated & Readonly<{ target: number; limit?: number }>;
type Compared = Stated & Readonly<{ target: number; limit: number }>;

/** A value that should be at least `target` times the limit, such as a throughput. */
export const timesAtLeast = ({ value, unit, limit, target }: Compared): Figure =>
  figure({ value, unit, limit, target, ok: value / limit >= target });

/** A value that should be at most `target` times the limit, such as a duration. */
export const timesAtMost = ({ value, unit, limit, target }: Compared): Figure =>
  figure({ value, unit, limit, target, ok: value / limit <= target });

/** A value whose target is in its own unit; the limit is shown for comparison. */
export const atMost = ({ value, unit, limit, target }: Bounded): Figure =>
  figure({ value, unit, limit: limit ?? null, target, ok: value <= target });

/** A value that should be at least the target, in its own unit; the limit is shown for comparison. */
export const atLeast = ({ value, unit, limit, target }: Bounded): Figure =>
  figure({ value, unit, limit: limit ?? null, target, ok: value >= target });

/** A value without a target. */
export const stated = ({ value, unit }: Stated): Figure => figure({ value, unit, limit: null, target: null, ok: true });

function figure({ value, unit, limit, target, ok }: Omit<Figure, 'ratio' | 'readers'>): Figure {
  return {
    value: rounded(value),
    unit,
    limit: limit === null ? null : rounded(limit),
    ratio: limit === null ? null : rounded(value / limit),
    target,
    ok,
  };
}

/** Four digits are more than a measurement on a shared machine repeats. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
