import type { CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import type { AppendOutcome } from '../append';
import { EventAppender } from '../event-appender';

/** The commands that a process appends, in this order, many at a time. */
export type Assignment = Readonly<{ url: string; name: string; commands: readonly Command[] }>;

export type Command = Readonly<{ id: string; stream: string; events: number; claims?: string }>;

export type Report = Readonly<{ command: Command; outcome: AppendOutcome }>;

const IN_FLIGHT = 16;
const ATTEMPTS = 20;

process.once('message', (assignment: Assignment) => void carryOut(assignment));

async function carryOut({ url, name, commands }: Assignment): Promise<void> {
  const pool = createPool(url, { application_name: name });
  const appender = new EventAppender(pool);
  const versions = new Map<string, number>();
  const remaining = commands.values();

  const oneAfterAnother = async () => {
    for (const command of remaining) {
      const outcome = await retryOnConflict(command);
      process.send?.({ command, outcome } satisfies Report);
    }
  };

  /** Expects the version that this process saw last: a newer append of another process makes it a conflict. */
  async function retryOnConflict(command: Command): Promise<AppendOutcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await appender.append(appendOf(command, versions.get(command.stream) ?? 0));
      if (outcome.is === 'appended') versions.set(command.stream, outcome.version);
      if (outcome.is !== 'conflict' || attempt === ATTEMPTS) return outcome;
      versions.set(command.stream, await currentVersion(command.stream));
    }
  }

  async function currentVersion(stream: string): Promise<number> {
    try {
      const { rows } = await pool.query<{ version: number }>('select log.version_of($1) as version', [stream]);
      return rows[0]?.version ?? 0;
    } catch {
      return currentVersion(stream);
    }
  }

  await Promise.all(Array.from({ length: IN_FLIGHT }, oneAfterAnother));
  await pool.end();
  process.disconnect();
}

function appendOf({ id, stream, events, claims }: Command, expected: number) {
  const context: CommandContext = {
    commandId: id,
    correlationId: id,
    causationId: id,
    actor: { kind: 'service', id: 'appending-process' },
    bodyHash: id,
  };
  const counted = Array.from({ length: events }, (_, ordinal) => ({ type: 'Counted', data: { ordinal } }));
  const reservations = claims === undefined ? [] : [{ claim: { scope: 'key', key: claims } }];
  return { stream, expected, events: counted, context, reservations };
}
