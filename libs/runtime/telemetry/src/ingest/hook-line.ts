import { z } from 'zod';
import { hookEventOf } from '../parser/hook-event';
import type { EventFault } from './collected-event';
import { claudeHookFact } from './claude-hook';
import type { ReportedFact } from './reported-fact';

const Session = z.looseObject({ session_id: z.string().min(1).max(200) });

/** The fact that a hook of an agent or of git reports, or the faults of its message. `now`: the time of messages that have none; ISO 8601. */
export function hookFact(message: unknown, now: string): ReportedFact | readonly EventFault[] {
  const session = Session.safeParse(message);
  if (!session.success) return [{ field: 'session_id', message: 'a session is required' }];
  const claude = claudeHookFact(message, now);
  if (claude) return claude;

  const hook = hookEventOf(message);
  if (!hook) return [{ field: 'hook_event_name', message: 'neither a hook_event_name nor an event_type' }];
  const { type, data, timestamp: time = now } = hook;
  return { sessionId: session.data.session_id, type, time, data };
}
