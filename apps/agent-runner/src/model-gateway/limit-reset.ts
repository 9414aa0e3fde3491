import { MAX_LIMIT_SECONDS } from '@syntropic/orchestration/contracts';
import type { IncomingHttpHeaders } from 'node:http';

/** A later time is not believed. */
const LONGEST_MS = MAX_LIMIT_SECONDS * 1_000;

/** Providers' own summaries of their limits: the first that is there counts. */
const SUMMARIES = ['retry-after', 'anthropic-ratelimit-unified-reset'];

/** The time until which a provider refuses calls, by the headers of its 429, in milliseconds since the epoch. Undefined when they name none. */
export function limitReset(headers: IncomingHttpHeaders, now: number): number | undefined {
  const timesOf = (isNamed: (name: string) => boolean) =>
    Object.entries(headers).flatMap(([name, value]) =>
      isNamed(name) ? believed(timeOf(String(value), now), now) : [],
    );

  const summary = SUMMARIES.find((name) => headers[name] !== undefined);
  if (summary !== undefined) return timesOf((name) => name === summary)[0];
  const times = timesOf((name) => /^(anthropic|x)-ratelimit-.*reset/.test(name));
  return times.length > 0 ? Math.max(...times) : undefined;
}

const believed = (time: number | undefined, now: number): readonly number[] =>
  time !== undefined && time >= now && time <= now + LONGEST_MS ? [time] : [];

const EPOCH_SECONDS = 1e9;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Seconds, a time since the epoch, a date, or a duration such as `6m0s`. */
function timeOf(value: string, now: number): number | undefined {
  const number = Number(value);
  if (Number.isFinite(number)) return number > EPOCH_SECONDS ? number * 1_000 : now + number * 1_000;
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(value)) {
    const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
    return now + parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date;
}
