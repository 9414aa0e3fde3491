import type { Redis } from 'ioredis';

const WINDOW_MS = 60_000;
/** Replicas take requests in blocks of this part of the limit: no round trip per request, and little is left unused elsewhere. */
const BLOCKS = 20;
/** Redis is not asked for this long after a fault. */
const SUSPENSION_MS = 1_000;
const MANY_ACCOUNTS = 10_000;

/** Takes up to so many requests out of the window that the clock of Redis is in. Answers with those taken, those left, and the rest of the window in ms. */
const TAKE = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length = tonumber(ARGV[1])
local window = math.floor(now / length)
local known = redis.call('hmget', KEYS[1], 'window', 'used')
local used = 0
if known[1] == tostring(window) then used = tonumber(known[2]) end
local taken = math.max(0, math.min(tonumber(ARGV[2]), tonumber(ARGV[3]) - used))
redis.call('hset', KEYS[1], 'window', tostring(window), 'used', used + taken)
redis.call('pexpire', KEYS[1], length)
return {taken, math.max(0, tonumber(ARGV[3]) - used - taken), (window + 1) * length - now}`;

/** Whether a request may pass, and how many more may within the seconds until the next window. */
export type Passage = Readonly<{ isAllowed: boolean; limit: number; remaining: number; resetSeconds: number }>;

/** A caller's requests in this window, at this replica. */
type Account = {
  limit: number;
  /** Taken out of the window and not used. */
  left: number;
  used: number;
  /** Known to be left in the window for all replicas. */
  shared: number;
  endsAt: number;
  isExhausted: boolean;
  taking: Promise<void> | undefined;
};

/** Limits the requests of callers per minute, over all replicas together. While Redis is away each replica counts alone. */
export class RateLimits {
  readonly #accounts = new Map<string, Account>();
  #suspendedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly redis: Redis | undefined,
    private readonly windowMs = WINDOW_MS,
  ) {}

  /** Counts a request. Without a promise while this replica has requests left, or knows that there are none. */
  pass(caller: string, limit: number): Passage | Promise<Passage> {
    const account = this.#accountOf(caller, limit);
    if (account.left === 0 && !account.isExhausted) return this.#passLater(caller, account);
    return this.#decide(caller, account);
  }

  async #passLater(caller: string, account: Account): Promise<Passage> {
    while (account.left === 0 && !account.isExhausted) await this.#take(caller, account);
    return this.#decide(caller, account);
  }

  #decide(caller: string, account: Account): Passage {
    const isAllowed = account.left > 0;
    if (isAllowed) {
      account.left--;
      account.used++;
      // The next block arrives before it is needed.
      if (account.left < blockOf(account) / 2 && !account.isExhausted) void this.#take(caller, account);
    }
    const resetSeconds = Math.max(1, Math.ceil((account.endsAt - performance.now()) / 1_000));
    return { isAllowed, limit: account.limit, remaining: account.left + account.shared, resetSeconds };
  }

  #accountOf(caller: string, limit: number): Account {
    const now = performance.now();
    const known = this.#accounts.get(caller);
    if (known && known.endsAt > now && known.limit === limit) return known;

    if (this.#accounts.size >= MANY_ACCOUNTS) this.#forgetEnded(now);
    const account: Account = {
      limit,
      left: 0,
      used: 0,
      shared: limit,
      endsAt: now + this.windowMs,
      isExhausted: false,
      taking: undefined,
    };
    this.#accounts.set(caller, account);
    return account;
  }

  #forgetEnded(now: number): void {
    for (const [caller, { endsAt }] of this.#accounts) if (endsAt <= now) this.#accounts.delete(caller);
  }

  /** Takes another block; never rejects. */
  #take(caller: string, account: Account): Promise<void> {
    account.taking ??= this.#takeBlock(caller, account).finally(() => {
      account.taking = undefined;
    });
    return account.taking;
  }

  async #takeBlock(caller: string, account: Account): Promise<void> {
    const block = await this.#blockInRedis(caller, account);
    if (!block) {
      account.left = Math.max(0, account.limit - account.used);
      account.shared = 0;
      account.isExhausted = true;
      return;
    }
    const [taken, shared, msLeft] = block;
    account.left += taken;
    account.shared = shared;
    account.endsAt = performance.now() + msLeft;
    account.isExhausted = shared === 0;
  }

  async #blockInRedis(caller: string, account: Account): Promise<readonly [number, number, number] | undefined> {
    if (this.redis?.status !== 'ready' || performance.now() < this.#suspendedUntil) return undefined;
    try {
      const sizes = [this.windowMs, blockOf(account), account.limit];
      return (await this.redis.eval(TAKE, 1, `requests:${caller}`, ...sizes)) as [number, number, number];
    } catch {
      this.#suspendedUntil = performance.now() + SUSPENSION_MS;
      return undefined;
    }
  }
}

const blockOf = ({ limit }: Account): number => Math.max(1, Math.floor(limit / BLOCKS));
