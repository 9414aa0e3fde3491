import type { ByteBudget } from '../session-socket/byte-budget';
import type { HoldGate } from '../session-socket/hold-gate';
import type { RunningTools } from '../session-socket/running-tools';
import type { RunnerRecorder } from '../session-socket/runner-recorder';
import type { CallGuard } from './call-guard';

/** The session of a socket: every request through it is this session's. */
export type CallingSession = Readonly<{
  sessionId: string;
  /** The most tokens of an answer, whatever its request asks for; undefined without such a limit. */
  maxOutputTokens: number | undefined;
  hold: HoldGate;
  tools: RunningTools;
  bodies: ByteBudget;
  records: RunnerRecorder;
  guards: readonly CallGuard[];
}>;
