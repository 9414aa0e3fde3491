import { Counter } from 'prom-client';
import { LiveFrameFault } from './live-frame';

const faults = new Counter({
  name: 'live_frame_faults_total',
  help: 'Live frames that did not follow their contract',
  labelNames: ['kind'],
});

/** Counts faulty frames, and logs the first of each kind: a drift between services must show without flooding the log. */
export class LiveFrameFaults {
  readonly #logged = new Set<string>();

  constructor(private readonly warn: (message: string, fault: LiveFrameFault) => void) {}

  /** Runs what encodes or decodes; `undefined` after a faulty frame. */
  guard<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LiveFrameFault)) throw error;
      this.#report(error);
      return undefined;
    }
  }

  #report(fault: LiveFrameFault): void {
    faults.inc({ kind: fault.kind });
    if (this.#logged.has(fault.kind)) return;
    this.#logged.add(fault.kind);
    this.warn(`a live frame is ${fault.kind}: the tables are read instead`, fault);
  }
}
