export interface EventuallyOptions {
  /** Milliseconds. */
  readonly within?: number;
}

const DEFAULT_MS = 10_000;
const PAUSE_MS = 20;

/** Waits for a fact: asks until `check` neither throws nor answers false, and gives up with its last complaint. */
export async function eventually<Answer>(
  check: () => Answer | Promise<Answer>,
  { within = DEFAULT_MS }: EventuallyOptions = {},
): Promise<Exclude<Answer, false>> {
  const deadline = Date.now() + within;
  for (;;) {
    const outcome = await attempt(check);
    if ('answer' in outcome) return outcome.answer;
    if (Date.now() > deadline) throw outcome.complaint;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

type Attempt<Answer> = { readonly answer: Exclude<Answer, false> } | { readonly complaint: unknown };

async function attempt<Answer>(check: () => Answer | Promise<Answer>): Promise<Attempt<Answer>> {
  try {
    const answer = await check();
    if (answer === false) return { complaint: new Error(`this did not become true: ${check.toString()}`) };
    return { answer: answer as Exclude<Answer, false> };
  } catch (complaint) {
    return { complaint };
  }
}
