import { Injectable } from '@nestjs/common';
import { ReadModels, type LogPosition, type Projection } from '@syntropic/projections';
import { z } from 'zod';
import { Problem } from '../problems/problem';
import type { ProblemCode } from '../problems/problem-codes';
import { LogHead } from './log-head';

type Row = Readonly<Record<string, unknown>>;

/** The target of a lookup, with its name and the problem code for its absence. */
type Target<R extends Row> = Readonly<{ projection: Projection<R>; noun: string; missing: ProblemCode }>;

type Freshness = Readonly<{ minPosition: LogPosition | undefined }>;

const SHOWN_CANDIDATES = 5;

/** Finds a row by its id, or by the first characters of it. */
@Injectable()
export class RowLookup {
  constructor(
    private readonly reads: ReadModels,
    private readonly head: LogHead,
  ) {}

  /**
   * Reads again at the log's head before it reports a missing row, so that new rows are found.
   * @throws Problem for no row, and for several rows with this prefix
   */
  async find<R extends Row>(target: Target<R>, idOrPrefix: string, freshness: Freshness): Promise<R> {
    return (await this.findVersioned(target, idOrPrefix, freshness)).row;
  }

  /** The row with the position of the event that changed it last. @throws as `find` does */
  async findVersioned<R extends Row>(target: Target<R>, idOrPrefix: string, { minPosition }: Freshness) {
    const { projection, noun, missing } = target;
    const found =
      (await this.reads.versioned(projection, idOrPrefix, { minPosition })) ??
      (await this.#byPrefix(target, idOrPrefix)) ??
      (await this.reads.versioned(projection, idOrPrefix, { minPosition: await this.head.now() }));
    if (!found) throw new Problem(missing, `${noun} not found: ${idOrPrefix}`);
    return found;
  }

  /**
   * The id that a change names whole or by its first characters. A whole one is not looked up: the log decides whether it exists.
   * @throws Problem for no row, and for several rows with this prefix
   */
  async idOf<R extends Row, Id>(
    id: z.core.$ZodType<Id>,
    target: Target<R>,
    { idOrPrefix, minPosition }: Freshness & Readonly<{ idOrPrefix: string }>,
  ): Promise<Id> {
    const whole = z.safeParse(id, idOrPrefix);
    if (whole.success) return whole.data;
    const row = await this.find(target, idOrPrefix, { minPosition });
    return z.parse(id, row[target.projection.key]);
  }

  async #byPrefix<R extends Row>({ projection, noun }: Target<R>, prefix: string) {
    const [only, ...others] = await this.reads.idsWithPrefix(projection, prefix);
    if (only === undefined) return undefined;
    if (others.length > 0) throw ambiguous(noun, prefix, [only, ...others]);
    return this.reads.versioned(projection, only);
  }
}

function ambiguous(noun: string, prefix: string, candidates: readonly string[]): Problem {
  const shown = candidates.slice(0, SHOWN_CANDIDATES).join(', ');
  const more = candidates.length > SHOWN_CANDIDATES ? ', …' : '';
  return new Problem('id.ambiguous', `${noun} ids that begin with ${prefix}: ${shown}${more}`);
}
