import { tokensOf, type Usage } from '@syntropic/kernel';
import type { BudgetVerdict } from '@syntropic/orchestration/contracts';
import { costOf, priceOf } from '@syntropic/telemetry';
import type { CallGuard, CallVerdict, PlannedCall, SettledCall } from '../model-gateway/call-guard';
import type { SessionCommands } from './session-commands';
import { LeaseLost } from './leased-commands';
import { UsageReports } from './usage-reports';

type BudgetCommands = Pick<SessionCommands, 'reserveBudget' | 'settleCall' | 'settleSession'>;

/** Bytes of a request that are taken for one token. */
const BYTES_PER_TOKEN = 4;

/** Accounts for one session to the budget of its execution: its calls one by one, or else its usage as its agent tells it. */
export class SessionBudget implements CallGuard {
  readonly #reports: UsageReports;
  readonly #settling = new Set<Promise<void>>();
  /** Numbers the reservations that are asked for, so that each is answered anew. */
  #asked = 0;
  #makesCalls = false;

  constructor(
    private readonly commands: BudgetCommands,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.#reports = new UsageReports((report) => commands.settleSession(report), onFault);
  }

  /** Usage that the agent tells does not count beside that of its calls. */
  report(usage: Usage, sequence: number): void {
    if (!this.#makesCalls) this.#reports.report(usage, sequence);
  }

  async authorize(call: PlannedCall): Promise<CallVerdict> {
    if (!call.isMetered) return undefined;
    this.#makesCalls = true;
    try {
      return verdictOf(await this.commands.reserveBudget(reservationOf(call), ++this.#asked));
    } catch (error) {
      if (error instanceof LeaseLost) return { status: 403, code: 'lease_lost', message: error.message };
      this.onFault(error);
      return { status: 403, code: 'budget_unknown', message: 'the budget of the execution cannot be asked' };
    }
  }

  settle({ callId, model = UNKNOWN_MODEL, isMetered }: PlannedCall, { tokens, costUsd }: SettledCall): void {
    if (!isMetered) return;
    const { cacheCreation1hTokens: _, ...counts } = tokens;
    const { totalTokens } = tokensOf({ byModel: { [model]: { ...counts, costUsd } } });
    const settled = {
      callId,
      model,
      tokens: totalTokens,
      outputTokens: tokens.outputTokens,
      usd: costUsd ?? undefined,
    };
    const settling = this.commands.settleCall(settled).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) this.onFault(error);
    });
    this.#settling.add(settling);
    void settling.finally(() => this.#settling.delete(settling));
  }

  /** Resolves when everything so far is counted, or cannot be sent any more. */
  async flush(): Promise<void> {
    await Promise.all([this.#reports.flush(), ...this.#settling]);
  }
}

const UNKNOWN_MODEL = 'unknown';

/** The plan of a call. The size of its request stands for its input tokens. */
function reservationOf({ callId, model = UNKNOWN_MODEL, bytes, maxOutputTokens }: PlannedCall) {
  const at = new Date().toISOString();
  const inputTokens = Math.ceil(bytes / BYTES_PER_TOKEN);
  const input = { inputTokens, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
  const price = priceOf(model, at);
  const { output } = (price?.above && inputTokens > price.above.promptTokens ? price.above.prices : price) ?? {};
  return {
    callId,
    model,
    inputTokens,
    maxOutputTokens,
    inputUsd: costOf(model, input, at) ?? undefined,
    outputPrice: output,
  };
}

/** A paused call waits at the gate of the session once the pause has arrived there. */
function verdictOf({ verdict, why = 'the budget is exceeded' }: BudgetVerdict): CallVerdict {
  switch (verdict) {
    case 'granted':
      return undefined;
    case 'wait':
    case 'paused':
      return 'wait';
    case 'refused':
      return { status: 402, code: 'budget_exceeded', message: why };
  }
}
