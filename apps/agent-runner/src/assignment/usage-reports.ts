import { addUsd, tokensOf, type Usage, type Usd } from '@syntropic/kernel';
import { LeaseLost } from './leased-commands';

/** The usage of a session so far. Dollars are those of the models with a known price. */
export type UsageReport = Readonly<{ sequence: number; tokens: number; usd: Usd; unpricedModel?: string }>;

/** Reports the usage of a session to the ledger of its execution's budget: always the newest, once the report before it is answered. */
export class UsageReports {
  #newest: UsageReport | undefined;
  #sending: Promise<void> | undefined;
  #shown = '';

  constructor(
    private readonly send: (report: UsageReport) => Promise<unknown>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  report(usage: Usage, sequence: number): void {
    const amounts = amountsOf(usage);
    const shown = JSON.stringify(amounts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#newest = { sequence, ...amounts };
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when the last report is answered, or cannot be sent any more. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    try {
      for (let report = this.#take(); report; report = this.#take()) await this.send(report);
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.onFault(error);
    } finally {
      this.#sending = undefined;
    }
  }

  #take(): UsageReport | undefined {
    const report = this.#newest;
    this.#newest = undefined;
    return report;
  }
}

function amountsOf(usage: Usage): Omit<UsageReport, 'sequence'> {
  const models = Object.entries(usage.byModel);
  const known = addUsd(...models.flatMap(([, { costUsd }]) => costUsd ?? []));
  const [unpricedModel] = models.find(([, { costUsd }]) => costUsd === null) ?? [];
  const { totalTokens: tokens } = tokensOf(usage);
  return { tokens, usd: usage.costUsd ?? known, ...(unpricedModel !== undefined && { unpricedModel }) };
}
