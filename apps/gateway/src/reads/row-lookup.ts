import { Injectable } from '@nestjs/common';
import { ReadModels, type LogPosition, type Projection } from '@syntropic/projections';
import { Problem } from '../problems/problem';
import type { ProblemCode } from '../problems/problem-codes';
import { LogHead } from './log-head';

type Row = Readonly<Record<string, unknown>>;

/** What is looked for, in words and in the code of its absence. */
type Sought<R extends Row> = Readonly<{ projection: Projection<R>; noun: string; missing: ProblemCode }>;

type Freshness = Readonly<{ minPosition: LogPosition | undefined }>;

const SHOWN_CANDIDATES = 5;

/** Finds a row by its id, or by the start of it that people type. */
@Injectable()
export class RowLookup {
  constructor(
    private readonly reads: ReadModels,
    private readonly head: LogHead,
  ) {}

  /**
   * What was made a moment ago is found: before it is said to be missing, the read model must be level with the log.
   * @throws Problem when there is none, or when several begin so
   */
  async find<R extends Row>(sought: Sought<R>, idOrPrefix: string, { minPosition }: Freshness): Promise<R> {
    const { projection, noun, missing } = sought;
    const found =
      (await this.reads.get(projection, idOrPrefix, { minPosition })) ??
      (await this.#byPrefix(sought, idOrPrefix)) ??
      (await this.reads.get(projection, idOrPrefix, { minPosition: await this.head.now() }));
    if (!found) throw new Problem(missing, `${noun} not found: ${idOrPrefix}`);
    return found;
  }

  async #byPrefix<R extends Row>({ projection, noun }: Sought<R>, prefix: string): Promise<R | undefined> {
    const [only, ...others] = await this.reads.idsWithPrefix(projection, prefix);
    if (only === undefined) return undefined;
    if (others.length > 0) throw ambiguous(noun, prefix, [only, ...others]);
    return this.reads.get(projection, only);
  }
}

function ambiguous(noun: string, prefix: string, candidates: readonly string[]): Problem {
  const shown = candidates.slice(0, SHOWN_CANDIDATES).join(', ');
  const more = candidates.length > SHOWN_CANDIDATES ? ', …' : '';
  return new Problem('id.ambiguous', `${noun} ids that begin with ${prefix}: ${shown}${more}`);
}
