import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  factsOfRecord,
  jsonIn,
  NO_SESSION,
  OTLP_SIGNALS,
  otlpMessage,
  otlpResponse,
  otlpResponseBytes,
  recordsIn,
  textIn,
  type OtlpSignal,
} from '@syntropic/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isJson, isProtobuf, unsupported } from './content-type';
import { FactIntake, type Intake } from './fact-intake';
import { IngestProblem } from './ingest-problem';
import { IngestStats } from './ingest-stats';
import { RequestBodies } from './request-bodies';

const NOTHING: Intake = { accepted: 0, duplicates: 0, quarantined: 0, errors: [] };

/** OTLP over HTTP, in JSON and in Protobuf. */
@Controller('v1')
export class OtlpController {
  constructor(
    private readonly bodies: RequestBodies,
    private readonly intake: FactIntake,
    private readonly stats: IngestStats,
  ) {}

  @Post(':signal')
  @HttpCode(200)
  receive(
    @Param('signal') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.bodies.read(request, async (body) => {
      const signal = signalOf(name);
      if (!isJson(request) && !isProtobuf(request)) {
        throw unsupported(request, 'application/json or application/x-protobuf');
      }
      const message = isJson(request) ? jsonIn(textIn(body)) : otlpMessage(signal, body);
      const { rejected, why } = await this.#store(signal, message, body.length);
      if (isJson(request)) return otlpResponse(signal, rejected, why);
      void reply.type('application/x-protobuf');
      return Buffer.from(otlpResponseBytes(signal, rejected, why));
    });
  }

  /** The records that are not stored: those of no session, and faulty ones. */
  async #store(signal: OtlpSignal, message: unknown, bytes: number): Promise<{ rejected: number; why: string }> {
    const facts = recordsIn(signal, message).map((record) => factsOfRecord(signal, record));
    const foreign = facts.filter((told) => told.length === 0).length;
    const intake = await this.#take(facts.flat(), bytes);
    this.stats.add(intake);
    const faults = intake.errors.map(({ field, message: fault }) => `${field}: ${fault}`);
    const why = [...(foreign > 0 ? [NO_SESSION] : []), ...faults].join('; ');
    return { rejected: foreign + intake.quarantined, why };
  }

  #take(facts: Parameters<FactIntake['take']>[0]['facts'], bytes: number): Promise<Intake> {
    return facts.length === 0 ? Promise.resolve(NOTHING) : this.intake.take({ facts, faulty: [], bytes });
  }
}

/** @throws IngestProblem */
function signalOf(name: string): OtlpSignal {
  const signal = OTLP_SIGNALS.find((each) => each === name);
  if (!signal) throw new IngestProblem('request.not_found', `there are ${OTLP_SIGNALS.join(', ')}, not ${name}`);
  return signal;
}
