import type { Lease, Reservation } from '@syntropic/kernel';
import type { Append, AppendOutcome } from '../append';

type Known = Readonly<{ stream: string; bodyHash: string; position: number; version: number }>;

/** A model of the log in memory: the real log must give the same outcomes. */
export class LogModel {
  readonly #versions = new Map<string, number>();
  readonly #commands = new Map<string, Known>();
  #claims: ReadonlyMap<string, string> = new Map();

  #position: number;

  /** `held`: the only lease that holds. */
  constructor(
    position: number,
    private readonly held: Lease,
  ) {
    this.#position = position;
  }

  versionOf(stream: string): number {
    return this.#versions.get(stream) ?? 0;
  }

  /** The outcomes of appends in one call: those without guards come first. */
  appendTogether(appends: readonly Append[]): readonly AppendOutcome[] {
    const outcomes = new Map<Append, AppendOutcome>();
    const plain = appends.filter((append) => !isGuarded(append));
    const refused = new Map(plain.map((append) => [append, this.#refused(append)]));
    const candidates = plain.filter((append) => !refused.get(append));
    for (const append of plain) {
      const rivals = candidates.filter((other) => other.stream === append.stream);
      const doubles = candidates.filter((other) => other.context.commandId === append.context.commandId);
      const isFirst = rivals[0] === append && doubles[0] === append;
      outcomes.set(append, refused.get(append) ?? (isFirst ? this.#record(append) : { is: 'conflict' }));
    }
    for (const append of appends.filter(isGuarded)) outcomes.set(append, this.#guarded(append));
    return appends.flatMap((append) => outcomes.get(append) ?? []);
  }

  #guarded(append: Append): AppendOutcome {
    const refused = this.#refused(append) ?? this.#outdated(append) ?? this.#reserved(append);
    return refused ?? this.#record(append);
  }

  #refused(append: Append): AppendOutcome | undefined {
    return this.#known(append) ?? this.#fenced(append) ?? this.#conflict(append);
  }

  #fenced({ context: { lease } }: Append): AppendOutcome | undefined {
    const holds = !lease || (lease.sessionId === this.held.sessionId && lease.token === this.held.token);
    return holds ? undefined : { is: 'fenced' };
  }

  #known({ stream, context }: Append): AppendOutcome | undefined {
    const known = this.#commands.get(context.commandId);
    if (!known) return undefined;
    if (known.stream !== stream || known.bodyHash !== context.bodyHash) return { is: 'id_reused' };
    return { is: 'replayed', position: known.position, version: known.version };
  }

  #conflict({ stream, expected }: Append): AppendOutcome | undefined {
    return this.versionOf(stream) === expected ? undefined : { is: 'conflict' };
  }

  #outdated({ reads = [] }: Append): AppendOutcome | undefined {
    return reads.every((read) => this.versionOf(read.stream) === read.version) ? undefined : { is: 'outdated' };
  }

  #reserved({ stream, reservations = [] }: Append): AppendOutcome | undefined {
    const claims = new Map(this.#claims);
    for (const [at, reservation] of reservations.entries()) {
      const refused = reserve(claims, stream, reservation);
      if (refused) return { ...refused, at };
    }
    this.#claims = claims;
    return undefined;
  }

  #record({ stream, expected, events, context }: Append): AppendOutcome {
    this.#position += events.length;
    const version = expected + events.length;
    this.#versions.set(stream, version);
    this.#commands.set(context.commandId, { stream, bodyHash: context.bodyHash, position: this.#position, version });
    return { is: 'appended', position: this.#position, version };
  }
}

const isGuarded = ({ reads = [], reservations = [] }: Append): boolean => reads.length + reservations.length > 0;

function reserve(claims: Map<string, string>, stream: string, reservation: Reservation) {
  if ('empty' in reservation) {
    const isEmpty = ![...claims.keys()].some((claim) => claim.startsWith(`${reservation.empty.scope} `));
    return isEmpty ? undefined : ({ is: 'not_empty' } as const);
  }
  const { scope, key } = 'claim' in reservation ? reservation.claim : reservation.release;
  const claim = `${scope} ${key}`;
  const holder = claims.get(claim);
  if ('claim' in reservation) {
    if (holder !== undefined && holder !== stream) return { is: 'claimed', by: holder } as const;
    claims.set(claim, stream);
  } else if (holder === stream) {
    claims.delete(claim);
  }
  return undefined;
}
