import { Injectable } from '@nestjs/common';

/** Numbers the claims of this runner, from above those of its earlier lives. Claims are made one after the other. */
@Injectable()
export class ClaimNumbers {
  #newest = 0;
  #settled: number | undefined;
  readonly #whenKnown: (() => void)[] = [];

  /** The newest claim that is not under way: its work is held here, or not known here. Undefined before a renewal was answered. */
  get settled(): number | undefined {
    return this.#settled;
  }

  /** The highest number that the command service has seen. Its first answer settles the claims of earlier lives. */
  learn(claims: number): void {
    this.#newest = Math.max(this.#newest, claims);
    this.#settled ??= claims;
    for (const resolve of this.#whenKnown.splice(0)) resolve();
  }

  /** Resolves when numbers can be given, or at the signal. */
  async known(signal: AbortSignal): Promise<void> {
    if (this.#settled !== undefined || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#whenKnown.push(resolve);
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  next(): number {
    return ++this.#newest;
  }

  settle(claim: number): void {
    this.#settled = claim;
  }
}
