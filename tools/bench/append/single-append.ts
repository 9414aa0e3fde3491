import { EventAppender } from '@syntropic/event-store';
import { eventIdOf, type CommandContext } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

export type SingleAppend = () => Promise<unknown>;

/** Appends as the platform does: every constraint, guard and answer included. */
export function groupCommit(pool: Pool): SingleAppend {
  const appender = new EventAppender(pool);
  return async () => {
    const { stream, event, context } = newAppend();
    const outcome = await appender.append({ stream, expected: 0, events: [event], context });
    if (outcome.is !== 'appended') throw new Error(`the append ended as ${outcome.is}`);
  };
}

/** Inserts the same rows under the same constraints and indexes, one transaction each. Positions come from a sequence, which a log cannot use. */
export function oneByOne(pool: Pool): SingleAppend {
  return () => {
    const { stream, event, context } = newAppend();
    const metadata = { ...context, schemaVersion: 1 };
    return pool.query({
      name: 'raw-append',
      text: `
        insert into raw.events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
        values (nextval('raw.position'), $1, $2, $3, $4, $5, $6, clock_timestamp())
        returning position`,
      values: [stream, 1, eventIdOf(context.commandId, 0), event.type, event.data, metadata],
    });
  };
}

export const RAW_SCHEMA = `
  create schema raw;
  create sequence raw.position;
  create table raw.events (like log.events including all);
`;

function newAppend() {
  const [commandId, executionId] = [randomUUID(), `exec-${randomUUID().slice(-12)}`];
  const context: CommandContext = {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: { kind: 'service', id: 'agent-runner' },
    executionId,
    bodyHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  };
  const data = { executionId, phaseId: 'implement', sessionId: commandId, attempt: 1, runner: 'runner-1' };
  return { stream: `execution-${executionId}`, event: { type: 'PhaseStarted', data }, context };
}
