import { withoutHostPaths } from '@syntropic/kernel';

/** The state of one part of the platform, by the database's clock. */
export type PartState = Readonly<{
  part: 'projection' | 'process' | 'timers' | 'relay' | 'log';
  name: string;
  /** Events that wait for it; of timers, those that are overdue. */
  behind: number;
  /** Since when the oldest of them waits, or the part fails. */
  since: string | null;
  seconds: number | null;
  /** The part stands still, even if it has only begun to wait. */
  isFailing: boolean;
  /** Why the part stands still, if it does. */
  why: string;
}>;

/** A part that stands still. */
export type Degradation = Readonly<{ part: string; name: string; since: string; why: string }>;

export type PartSource = () => Promise<readonly PartState[]>;

/** A part that waits for less is at work. */
const PATIENCE_SECONDS: Readonly<Record<PartState['part'], number>> = {
  projection: 30,
  process: 30,
  timers: 60,
  relay: 30,
  log: 0,
};

export const standsStill = ({ part, seconds, isFailing }: PartState): boolean =>
  isFailing || (seconds ?? 0) > PATIENCE_SECONDS[part];

export const degradationsOf = (parts: readonly PartState[]): readonly Degradation[] =>
  parts.filter(standsStill).map(({ part, name, since, why }) => ({
    part,
    name,
    since: since ?? '',
    why: withoutHostPaths(why),
  }));
