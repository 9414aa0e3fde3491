import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { hookFact } from '@syntropic/telemetry';
import type { FastifyRequest } from 'fastify';
import { isJson, isLines, unsupported } from './content-type';
import { FactIntake } from './fact-intake';
import { IngestStats } from './ingest-stats';
import { jsonPart, lineParts, readParts } from './request-parts';
import { RequestBodies } from './request-bodies';

/** `POST /hooks`: the input of one hook of an agent, or a message of a hook in each line. */
@Controller('hooks')
export class HooksController {
  constructor(
    private readonly bodies: RequestBodies,
    private readonly intake: FactIntake,
    private readonly stats: IngestStats,
  ) {}

  /** An empty object: agents read the answer of an HTTP hook as its decision. */
  @Post()
  @HttpCode(200)
  receive(@Req() request: FastifyRequest) {
    return this.bodies.read(request, async (body) => {
      if (!isJson(request) && !isLines(request)) throw unsupported(request, 'application/json or application/x-ndjson');
      const now = new Date().toISOString();
      const parts = isLines(request) ? lineParts(body) : [jsonPart(body)];
      const read = readParts(parts, (message) => hookFact(message, now));
      const intake = await this.intake.take({ ...read, bytes: body.length });
      this.stats.add(intake);
      return {};
    });
  }
}
