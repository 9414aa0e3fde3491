import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { CollectedBatch, collectedFact, jsonIn, textIn } from '@syntropic/telemetry';
import type { FastifyRequest } from 'fastify';
import { isJson, isLines, unsupported } from './content-type';
import { FactIntake, type Intake } from './fact-intake';
import { invalidBody } from './ingest-problem';
import { IngestStats } from './ingest-stats';
import { RequestBodies } from './request-bodies';
import { lineParts, readParts, type Part } from './request-parts';

type Batch = Readonly<{ batchId: string | undefined; parts: readonly Part[] }>;

/** `POST /events`: a batch of events, or one event in each line. */
@Controller('events')
export class EventsController {
  constructor(
    private readonly bodies: RequestBodies,
    private readonly intake: FactIntake,
    private readonly stats: IngestStats,
  ) {}

  @Post()
  @HttpCode(200)
  receive(@Req() request: FastifyRequest, @Query('batch_id') batchId?: string) {
    return this.bodies.read(request, async (body) => {
      const batch = readBatch(request, body, batchId);
      const intake = await this.intake.take({ ...readParts(batch.parts, collectedFact), bytes: body.length });
      this.stats.add(intake);
      return answerOf(batch, intake);
    });
  }
}

const answerOf = ({ batchId }: Batch, { errors, ...counts }: Intake) => ({
  ...counts,
  ...(batchId !== undefined && { batch_id: batchId }),
  ...(errors.length > 0 && { errors }),
});

/** @throws IngestProblem */
function readBatch(request: FastifyRequest, body: Buffer, batchId: string | undefined): Batch {
  if (isLines(request)) return { batchId, parts: lineParts(body) };
  if (!isJson(request)) throw unsupported(request, 'application/json or application/x-ndjson');
  const { data, error } = CollectedBatch.safeParse(jsonIn(textIn(body)));
  if (error) throw invalidBody(error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
  return { batchId: data.batch_id, parts: data.events.map((value) => ({ value })) };
}
