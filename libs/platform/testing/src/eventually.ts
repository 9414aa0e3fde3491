export interface EventuallyOptions {
  /** Milliseconds. */
  readonly within?: number;
}

/** Longer than a loaded machine needs; only a failing spec waits as long. */
const DEFAULT_MS = 60_000;
const PAUSE_MS = 20;

/** Waits for a fact: repeats `check` until it neither throws nor returns false; on timeout throws its last error. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { within = DEFAULT_MS }: EventuallyOptions = {},
): Promise<Exclude<Result, false>> {
  const deadline = Date.now() + within;
  for (;;) {
    const outcome = await attempt(check);
    if ('result' in outcome) return outcome.result;
    if (Date.now() > deadline) throw outcome.error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

type Attempt<Result> = { readonly result: Exclude<Result, false> } | { readonly error: unknown };

async function attempt<Result>(check: () => Result | Promise<Result>): Promise<Attempt<Result>> {
  try {
    const result = await check();
    if (result === false) return { error: new Error(`this did not become true: ${check.toString()}`) };
    return { result: result as Exclude<Result, false> };
  } catch (error) {
    return { error };
  }
}
