import { within } from '@syntropic/async';

/** A dependency of a service. */
type Check = Readonly<{
  /** Resolves while the dependency works; rejects with the reason when it does not. */
  check: () => Promise<unknown>;
  /** Without it the service works, slower or with less. */
  optional?: boolean;
}>;

export type Checks = Readonly<Record<string, Check>>;

/** `unready` services get no traffic; `degraded` ones do. */
export type HealthReport = Readonly<{
  status: 'ready' | 'degraded' | 'unready';
  checks: Readonly<Record<string, Readonly<{ status: 'up' | 'down'; error?: string }>>>;
}>;

const TIMEOUT_MS = 2_000;

/** Checks the dependencies of a service, anew for each report. */
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
  try {
    return (await within(TIMEOUT_MS, check())) ? undefined : `no answer within ${TIMEOUT_MS} ms`;
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
