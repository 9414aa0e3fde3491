import type { IncomingHttpHeaders } from 'node:http';

/** A later time is not believed. */
const LONGEST_MS = 31 * 24 * 3_600_000;

/** The time until which a provider refuses calls, by the headers of its 429; ISO 8601. Undefined when they name none. */
export function limitReset(headers: IncomingHttpHeaders, now: number): string | undefined {
  const after = headers['retry-after'];
  const candidates = [
    ...(after === undefined ? [] : [timeOf(after, now)]),
    ...Object.entries(headers)
      .filter(([name]) => /^(anthropic|x)-ratelimit-.*reset/.test(name))
      .map(([, value]) => timeOf(String(value), now)),
  ];
  const known = candidates.flatMap((time) =>
    time !== undefined && time >= now && time <= now + LONGEST_MS ? [time] : [],
  );
  // `retry-after` comes first: it is the provider's own summary of the others.
  const time = after === undefined ? Math.max(...known) : (known[0] ?? NaN);
  return Number.isFinite(time) ? new Date(time).toISOString() : undefined;
}

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
