import { setTimeout } from 'node:timers/promises';

/** Something a service needs. */
type Check = Readonly<{
  /** Resolves while it is well; what it rejects with says why it is not. */
  check: () => Promise<unknown>;
  /** Without it the service goes on, slower or with less. */
  optional?: boolean;
}>;

export type Checks = Readonly<Record<string, Check>>;

/** `unready` services get no traffic; `degraded` ones do. */
export type HealthReport = Readonly<{
  status: 'ready' | 'degraded' | 'unready';
  checks: Readonly<Record<string, Readonly<{ status: 'up' | 'down'; error?: string }>>>;
}>;

const PATIENCE_MS = 2_000;

/** How a service is, asked anew each time. */
export class Health {
  constructor(private readonly checks: Checks) {}

  async report(): Promise<HealthReport> {
    const answers = await Promise.all(
      Object.entries(this.checks).map(async ([name, check]) => ({ name, ...check, error: await faultOf(check) })),
    );
    const down = answers.filter(({ error }) => error !== undefined);
    const status = down.length === 0 ? 'ready' : down.every(({ optional }) => optional) ? 'degraded' : 'unready';

    return {
      status,
      checks: Object.fromEntries(
        answers.map(({ name, error }) => [name, error === undefined ? { status: 'up' } : { status: 'down', error }]),
      ),
    };
  }
}

async function faultOf({ check }: Check): Promise<string | undefined> {
  const patience = new AbortController();
  try {
    return await Promise.race([
      check().then(() => undefined),
      setTimeout(PATIENCE_MS, `no answer within ${PATIENCE_MS} ms`, { signal: patience.signal, ref: false }),
    ]);
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  } finally {
    patience.abort();
  }
}
