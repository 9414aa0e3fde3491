import {
  factsOfRecord,
  hookFact,
  isToBeKept,
  jsonIn,
  LARGEST_EVENT,
  NO_SESSION,
  OTLP_SIGNALS,
  otlpMessage,
  otlpResponse,
  otlpResponseBytes,
  recordsIn,
  textIn,
  Unreadable,
  type OtlpSignal,
  type ReportedFact,
} from '@syntropic/telemetry';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CallingSession } from '../model-gateway/calling-session';
import { answerJson, refuse, type Exchange } from './exchange';
import { readBody } from './request-body';

const MAX_REPORT_BYTES = 4 * 1024 * 1024;

/** Logs of Claude Code about its hooks, which are the runner's own: four for each tool. */
const ABOUT_HOOKS = /^(claude_code\.)?hook_execution_(start|complete)$/;

/** The place of the session: the runner knows no more of it than that it is one of the platform. */
const OWN = { executionId: '', phaseId: null };

/** Takes what hooks and exporters inside a workspace report, into the session's spool. The session that they name is ignored: it is this one. */
export class ReportedTelemetry {
  constructor(private readonly session: Pick<CallingSession, 'sessionId' | 'records' | 'bodies'>) {}

  /** True for the paths of reports. */
  takes(path: string): boolean {
    return path === '/hooks' || signalIn(path) !== undefined;
  }

  async answer(exchange: Exchange): Promise<void> {
    const { path, request, response } = exchange;
    if (request.method !== 'POST') {
      refuse(response, { status: 405, code: 'invalid_request_error', message: 'reports are posted' });
      return;
    }
    const body = await readBody(request, this.session.bodies, MAX_REPORT_BYTES);
    try {
      const bytes = request.headers['content-encoding'] === 'gzip' ? await unzipped(body.bytes) : body.bytes;
      const signal = signalIn(path);
      if (signal) this.#otlp(signal, bytes, exchange);
      else this.#hook(bytes, exchange);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      refuse(response, { status: 400, code: 'invalid_request_error', message: error.message });
    } finally {
      body.free();
    }
  }

  /** One message, or one in each line. An empty answer decides nothing for the agent. */
  #hook(bytes: Buffer, { request, response }: Exchange): void {
    const { sessionId } = this.session;
    const text = textIn(bytes);
    const isLines = request.headers['content-type']?.includes('ndjson') === true;
    const messages = isLines ? text.split('\n').filter((line) => line.trim() !== '') : [text];
    const now = new Date().toISOString();
    const facts = messages.map((message) => {
      const value = jsonIn(message);
      const fact = hookFact(typeof value === 'object' ? { ...value, session_id: sessionId } : value, now);
      if (!('type' in fact)) throw new Unreadable(fact.map((fault) => `${fault.field}: ${fault.message}`).join('; '));
      return fact;
    });
    for (const fact of facts) this.#keep(fact);
    answerJson(response, {});
  }

  #otlp(signal: OtlpSignal, bytes: Buffer, { request, response }: Exchange): void {
    const isJson = request.headers['content-type']?.includes('json') === true;
    const told = recordsIn(signal, isJson ? jsonIn(textIn(bytes)) : otlpMessage(signal, bytes));
    const records = told.filter(({ name }) => !ABOUT_HOOKS.test(name));
    const { sessionId } = this.session;
    const facts = records.map(({ resource, ...record }) =>
      factsOfRecord(signal, { ...record, resource, attributes: { ...record.attributes, 'session.id': sessionId } }),
    );
    for (const fact of facts.flat()) this.#keep(fact);
    const rejected = facts.filter((told) => told.length === 0).length;
    if (isJson) {
      answerJson(response, otlpResponse(signal, rejected, NO_SESSION));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    response.end(otlpResponseBytes(signal, rejected, NO_SESSION));
  }

  #keep(fact: ReportedFact): void {
    if (!isToBeKept(fact, OWN) || JSON.stringify(fact.data).length > LARGEST_EVENT) return;
    this.session.records.report(fact);
  }
}

const signalIn = (path: string): OtlpSignal | undefined => OTLP_SIGNALS.find((signal) => path === `/v1/${signal}`);

async function unzipped(bytes: Buffer): Promise<Buffer> {
  const limit = { maxOutputLength: 2 * MAX_REPORT_BYTES };
  try {
    return await promisify<Buffer, typeof limit, Buffer>(gunzip)(bytes, limit);
  } catch (error) {
    throw new Unreadable(`the body is not gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
}
