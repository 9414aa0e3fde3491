import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { CollectedBatch, collectedFact, jsonIn, MAX_EVENTS, textIn, type ReportedFact } from '@syntropic/telemetry';
import type { FastifyRequest } from 'fastify';
import { contentTypeOf, isJson, isLines } from './content-type';
import { FactIntake, type FaultyPart, type Intake } from './fact-intake';
import { IngestProblem, invalidBody } from './ingest-problem';
import { IngestStats } from './ingest-stats';
import { RequestBodies } from './request-bodies';

type Batch = Readonly<{ batchId: string | undefined; parts: readonly Part[] }>;
/** An event, or text that is none. */
type Part = Readonly<{ event: unknown }> | Readonly<{ text: string; fault: string }>;

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
      const intake = await this.intake.take({ ...factsOf(batch.parts), bytes: body.length });
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
  if (isLines(request)) return { batchId, parts: linesIn(textIn(body)) };
  if (!isJson(request)) {
    const taken = 'application/json or application/x-ndjson';
    throw new IngestProblem('request.unsupported_content', `content-type: ${taken}, not ${contentTypeOf(request)}`, {
      field: 'content-type',
    });
  }
  const { data, error } = CollectedBatch.safeParse(jsonIn(textIn(body)));
  if (error) throw invalidBody(error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
  return { batchId: data.batch_id, parts: data.events.map((event) => ({ event })) };
}

function linesIn(text: string): readonly Part[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > MAX_EVENTS) throw invalidBody([{ field: 'events', message: `more than ${MAX_EVENTS}` }]);
  return lines.map((line) => {
    try {
      return { event: jsonIn(line) };
    } catch (error) {
      return { text: line, fault: error instanceof Error ? error.message : String(error) };
    }
  });
}

function factsOf(parts: readonly Part[]): { facts: ReportedFact[]; faulty: FaultyPart[] } {
  const facts: ReportedFact[] = [];
  const faulty: FaultyPart[] = [];
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      faulty.push({ index, faults: [{ field: '', message: part.fault }], part: part.text });
      continue;
    }
    const fact = collectedFact(part.event);
    if ('type' in fact) facts.push(fact);
    else faulty.push({ index, faults: fact, part: part.event });
  }
  return { facts, faulty };
}
