import { ThroughputMeter } from './throughput-meter';

/** Too much is waiting already. The work has not begun. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';

  constructor(readonly retryAfterMs: number) {
    super('too much is waiting already');
  }
}

type AdmissionLimits = Readonly<{
  concurrent: number;
  /** The most pieces of work that may wait, and their most bytes, however soon their turn comes. */
  waiting?: number;
  waitingBytes?: number;
  /** Work that begins later than this before its deadline cannot be finished in time. */
  reserveMs?: number;
}>;

/** The size of a piece of work, and the time in which its outcome is of use. */
type Demand = Readonly<{ bytes: number; withinMs: number }>;

const UNBOUNDED: Demand = { bytes: 0, withinMs: Infinity };

type Waiting = Readonly<{ bytes: number; latestStart: number; admit: () => void; refuse: () => void }>;

const UNKNOWN_WAIT_MS = 1_000;

/** Runs so many pieces of work at a time. The others wait in order, within the limits and as long as their turn will come in time. */
export class AdmissionQueue {
  readonly #waiting: Waiting[] = [];
  readonly #throughput = new ThroughputMeter();
  #running = 0;
  #waitingBytes = 0;

  constructor(private readonly limits: AdmissionLimits) {}

  /** @throws Overloaded when the work will not begin in time, as soon as that is known */
  async run<Result>(work: () => Promise<Result>, demand = UNBOUNDED): Promise<Result> {
    if (this.#running < this.limits.concurrent) this.#running++;
    else await this.#turn(demand);
    try {
      return await work();
    } finally {
      this.#finish();
    }
  }

  #turn({ bytes, withinMs }: Demand): Promise<void> {
    const { waiting: most = Infinity, waitingBytes = Infinity, reserveMs = 0 } = this.limits;
    const latestStart = performance.now() + withinMs - reserveMs;
    const isFull = this.#waiting.length >= most || this.#waitingBytes + bytes > waitingBytes;
    if (isFull || this.#isTooLate(latestStart, this.#waiting.length + 1)) return Promise.reject(this.#overload());
    if (this.#waiting.length === 0) this.#throughput.restart();
    return new Promise((resolve, reject) => {
      const refuse = () => {
        reject(this.#overload());
      };
      const expire = () => {
        this.#remove(waiting);
        refuse();
      };
      const expiry = Number.isFinite(latestStart) ? setTimeout(expire, latestStart - performance.now()) : undefined;
      const withoutExpiry = (then: () => void) => () => {
        clearTimeout(expiry);
        then();
      };
      const waiting = { bytes, latestStart, admit: withoutExpiry(resolve), refuse: withoutExpiry(refuse) };
      this.#waiting.push(waiting);
      this.#waitingBytes += bytes;
    });
  }

  #finish(): void {
    this.#throughput.count();
    const [next] = this.#waiting;
    if (!next) {
      this.#running--;
      return;
    }
    this.#remove(next);
    next.admit();
    this.#refuseTooLate();
  }

  /** The last in the queue wait longest: they are refused first when the work turns out to be slow. */
  #refuseTooLate(): void {
    for (let last = this.#waiting.at(-1); last; last = this.#waiting.at(-1)) {
      if (!this.#isTooLate(last.latestStart, this.#waiting.length)) return;
      this.#remove(last);
      last.refuse();
    }
  }

  #isTooLate(latestStart: number, place: number): boolean {
    const waitMs = this.#throughput.msFor(place) ?? 0;
    return performance.now() + waitMs > latestStart;
  }

  #remove(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    this.#waitingBytes -= waiting.bytes;
  }

  #overload(): Overloaded {
    return new Overloaded(Math.ceil(this.#throughput.msFor(this.#waiting.length + 1) ?? UNKNOWN_WAIT_MS));
  }
}
