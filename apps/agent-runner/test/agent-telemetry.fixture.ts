import { SessionParser, type AgentOutput } from '@syntropic/telemetry';
import { randomUUID } from 'node:crypto';
import type { SpoolLine } from '../src/session';

/** The telemetry of a session's lines, read as the runner does. Its legs but the last were interrupted. */
export function parserOf(lines: readonly SpoolLine[], output: AgentOutput) {
  const startedAt = lines[0]?.at ?? new Date().toISOString();
  const session = { sessionId: randomUUID(), executionId: 'exec-0123456789ab', phaseId: 'one', startedAt };
  const parser = new SessionParser(session, output);
  const types: string[] = [];
  let leg = 1;
  for (const line of lines) {
    if (line.leg > leg) parser.end('interrupted', line.at);
    leg = line.leg;
    types.push(...parser.line(line.text, line.line, line.at, line.stream).map(({ type }) => type));
  }
  return Object.assign(parser, { types });
}
