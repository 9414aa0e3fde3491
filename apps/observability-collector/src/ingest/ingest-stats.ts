import type { Intake } from './fact-intake';

/** Counts what this process has taken since its start. */
export class IngestStats {
  #requests = 0;
  #accepted = 0;
  #duplicates = 0;
  #quarantined = 0;

  add({ accepted, duplicates, quarantined }: Intake): void {
    this.#requests++;
    this.#accepted += accepted;
    this.#duplicates += duplicates;
    this.#quarantined += quarantined;
  }

  /** `dedup` and `hit_rate` (percent) as in the reference; there is nothing to evict, because the store knows all facts of two weeks. */
  get shown() {
    const checks = this.#accepted + this.#duplicates;
    return {
      requests: this.#requests,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      quarantined: this.#quarantined,
      dedup: { checks, hits: this.#duplicates, evictions: 0 },
      hit_rate: checks === 0 ? 0 : (100 * this.#duplicates) / checks,
    };
  }
}
