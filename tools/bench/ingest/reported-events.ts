import { randomUUID } from 'node:crypto';

export const EVENTS_OF_BATCH = 500;

type Reported = Readonly<{
  event_id: string;
  event_type: string;
  session_id: string;
  timestamp: string;
  data: Readonly<Record<string, unknown>>;
}>;

const SESSIONS = Array.from({ length: 50 }, () => randomUUID());

/** New events of tools, as clients report them. */
export function reportedEvents(): readonly Reported[] {
  return Array.from({ length: EVENTS_OF_BATCH }, (_, index) => ({
    event_id: randomUUID(),
    event_type: 'tool_execution_started',
    session_id: SESSIONS[index % SESSIONS.length] ?? '',
    timestamp: new Date().toISOString(),
    data: {
      tool_name: 'Bash',
      tool_use_id: `toolu_${randomUUID()}`,
      input_preview: '{"command":"grep -rn telemetry libs apps --include=*.ts | head -50","description":"Look for it"}',
    },
  }));
}

export const bodyOf = (events: readonly Reported[]): string =>
  JSON.stringify({ agent_id: 'bench', batch_id: randomUUID(), events });
