import { derivedUuid } from '@syntropic/kernel';
import { z } from 'zod';
import { TELEMETRY, type TelemetryData, type TelemetryType } from './catalogue';

/**
 * One observation of a running agent, on its way to the store. Its id identifies the fact, not its route,
 * so that a fact that arrives twice is stored once. `type` is open: a newer sender may know more types.
 */
export const TelemetryEvent = z.object({
  id: z.uuid(),
  type: z.string().min(1).max(100),
  /** The time of the observation, by the observer's clock; ISO 8601. */
  time: z.iso.datetime({ offset: true }),
  sessionId: z.string().min(1).max(200),
  /** `null` for agents that this platform did not start. */
  executionId: z.string().min(1).max(200).nullable(),
  phaseId: z.string().max(200).nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type TelemetryEvent = Readonly<z.infer<typeof TelemetryEvent>>;

/** An event with its number in the execution: dense and in commit order, from 1; `null` outside executions. */
export type NumberedEvent = TelemetryEvent & Readonly<{ sequence: number | null }>;

/** The data of an event of this type; undefined when type or schema do not match. */
export function dataOf<Type extends TelemetryType>(
  type: Type,
  event: Pick<TelemetryEvent, 'type' | 'data'>,
): TelemetryData<Type> | undefined {
  if (event.type !== type) return undefined;
  // The schema is the catalogue's entry for this type; a lookup by a type parameter loses that.
  return TELEMETRY[type].safeParse(event.data).data as TelemetryData<Type> | undefined;
}

const FACTS = '6b0f3a52-6a0e-5d0c-9d57-2f1c9c1d7e10';

/** Identifies an event of a session by its line. */
export type LineReference = Readonly<{ leg: number; line: number; ordinal: number }>;

/** Ids of facts: a fact that is reported twice or by two routes has one id. */
export const factIds = {
  /** A tool starts once and ends once, whether it succeeded, failed, or was reported by a hook. */
  tool: (session: string, moment: 'started' | 'completed', toolUseId: string): string =>
    derivedUuid(FACTS, session, `tool_execution_${moment}`, toolUseId),
  subagent: (session: string, moment: 'started' | 'stopped', toolUseId: string): string =>
    derivedUuid(FACTS, session, `subagent_${moment}`, toolUseId),
  /** `revision`: from 1 for corrections. */
  usage: (session: string, messageId: string, revision = 0): string =>
    revision === 0
      ? derivedUuid(FACTS, session, messageId)
      : derivedUuid(FACTS, session, messageId, 'revision', revision),
  /** `number`: from 1 within the leg. */
  result: (session: string, leg: number, number: number): string =>
    number === 1 ? derivedUuid(FACTS, session, leg, 'result') : derivedUuid(FACTS, session, leg, 'result', number),
  legEnd: (session: string, leg: number): string => derivedUuid(FACTS, session, leg, 'ended'),
  hook: (session: string, type: string, timestamp: string, content: string): string =>
    derivedUuid(FACTS, session, type, timestamp, content),
  line: (session: string, { leg, line, ordinal }: LineReference): string =>
    ordinal === 0 ? derivedUuid(FACTS, session, leg, line) : derivedUuid(FACTS, session, leg, line, ordinal),
};
