import { Injectable } from '@nestjs/common';
import { ReadModels, type LogPosition, type Projection } from '@syntropic/projections';
import { Problem } from '../problems/problem';
import type { ProblemCode } from '../problems/problem-codes';

/** What is looked for, in words and in the code of its absence. */
type Sought<Row extends Readonly<Record<string, unknown>>> = Readonly<{
  projection: Projection<Row>;
  noun: string;
  missing: ProblemCode;
}>;

type Freshness = Readonly<{ minPosition: LogPosition | undefined }>;

const SHOWN_CANDIDATES = 5;

/** Finds a row by its id, or by the start of it that people type. */
@Injectable()
export class RowLookup {
  constructor(private readonly reads: ReadModels) {}

  /** @throws Problem when there is none, or when several begin so */
  async find<Row extends Readonly<Record<string, unknown>>>(
    sought: Sought<Row>,
    idOrPrefix: string,
    { minPosition }: Freshness,
  ): Promise<Row> {
    const { projection, noun, missing } = sought;
    const exact = await this.reads.get(projection, idOrPrefix, { minPosition });
    if (exact) return exact;

    const [only, ...others] = await this.reads.idsWithPrefix(projection, idOrPrefix);
    if (only !== undefined && others.length > 0) throw ambiguous(noun, idOrPrefix, [only, ...others]);
    const found = only === undefined ? undefined : await this.reads.get(projection, only);
    if (!found) throw new Problem(missing, `${noun} not found: ${idOrPrefix}`);
    return found;
  }
}

function ambiguous(noun: string, prefix: string, candidates: readonly string[]): Problem {
  const shown = candidates.slice(0, SHOWN_CANDIDATES).join(', ');
  const more = candidates.length > SHOWN_CANDIDATES ? ', …' : '';
  return new Problem('id.ambiguous', `${noun} ids that begin with ${prefix}: ${shown}${more}`);
}
