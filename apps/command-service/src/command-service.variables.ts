import { GithubUrl } from '@syntropic/orchestration/contracts';
import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

/** Pairs of names and percent-encoded values, as the specification of OpenTelemetry has them. */
function headersIn(list: string): Readonly<Record<string, string>> {
  const pairs = list.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim().toLowerCase(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}

export const variables = z.object({
  ...serviceVariables,
  DATABASE_URL: z.url(),
  /** The base address of an OTLP receiver, to which traces of executions are exported; without it none are. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Headers of its requests, such as `authorization=Bearer%20token`, separated by commas. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default('').transform(headersIn),
  /** The GitHub server that executions' repositories are on. */
  GITHUB_URL: GithubUrl.default('https://github.com'),
  /** The number of servers that keep each stream: 1, or 3 in a cluster. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});
