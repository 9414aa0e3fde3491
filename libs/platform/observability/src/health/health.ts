import { within } from '@syntropic/async';
import { withoutHostPaths } from '@syntropic/kernel';
import { isNativeError } from 'node:util/types';
import { degradationsOf, type Degradation, type PartSource } from './part-state';

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
  /** Parts of the platform that stand still, among those that the service looks at. */
  degraded?: readonly Degradation[];
}>;

const TIMEOUT_MS = 2_000;

/** Checks the dependencies of a service, anew for each report. */
export class Health {
  constructor(
    private readonly checks: Checks,
    private readonly parts?: PartSource,
  ) {}

  async report(): Promise<HealthReport> {
    const [answers, degraded] = await Promise.all([this.#answers(), this.parts && degradations(this.parts)]);
    const down = answers.filter(({ error }) => error !== undefined);
    const isUnready = down.some(({ optional }) => !optional);
    const isDegraded = down.length > 0 || (degraded ?? []).length > 0;

    return {
      status: isUnready ? 'unready' : isDegraded ? 'degraded' : 'ready',
      checks: Object.fromEntries(
        answers.map(({ name, error }) => [name, error === undefined ? { status: 'up' } : { status: 'down', error }]),
      ),
      ...(degraded && { degraded }),
    };
  }

  #answers() {
    return Promise.all(
      Object.entries(this.checks).map(async ([name, { check, optional }]) => ({
        name,
        optional,
        error: await inTime(check).then(() => undefined, messageOf),
      })),
    );
  }
}

/** Parts that cannot be read are a degradation themselves. */
async function degradations(parts: PartSource): Promise<readonly Degradation[]> {
  try {
    return degradationsOf(await inTime(parts));
  } catch (error) {
    return [{ part: 'health', name: 'parts', since: new Date().toISOString(), why: messageOf(error) }];
  }
}

async function inTime<Result>(question: () => Promise<Result>): Promise<Result> {
  const answer = question();
  if (await within(TIMEOUT_MS, answer)) return answer;
  throw new Error(`no answer within ${TIMEOUT_MS} ms`);
}

const messageOf = (error: unknown): string =>
  withoutHostPaths(isNativeError(error) ? error.message || error.name : String(error));
