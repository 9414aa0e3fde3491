import { program } from './program';
import { conversationOf, settingsOf, type Plan, type PlannedSession, type Provider } from './provider';
import { findRecording } from './recordings';

const FASTEST_GAP_MS = 50;

interface Replay {
  /** Upper bound of the delay between two lines; null: none. */
  readonly gapMs: number | null;
  /** Distinguishes the ids of a later leg from those of the recording. */
  readonly suffix: string;
}

/** Replays a recorded session line by line, from a real process in the workspace. */
export class ReplayProvider implements Provider {
  readonly name = 'replay';
  readonly canResume = false;
  readonly yields = 'output';

  constructor(private readonly recordingsDirectory: string | undefined) {}

  async plan({ agent, leg }: PlannedSession): Promise<Plan> {
    const { recording, pace } = settingsOf('replay', agent);
    const file = await findRecording(this.recordingsDirectory, recording);
    const gapMs = pace === 'fast' ? FASTEST_GAP_MS : null;
    return {
      argv: program<Replay>(replayRecording, { gapMs, suffix: conversationOf('', leg) }, { hostFile: file }),
      stdin: '',
      env: {},
    };
  }
}

/** Runs in the workspace as source text: nothing else of this file is available there. */
async function replayRecording({ gapMs, suffix }: Replay): Promise<void> {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  // A later leg is another conversation, with other calls and tools.
  const ofThisLeg = (key: string, value: unknown): unknown => {
    const isId = typeof value === 'string' && (key === 'session_id' || /^(msg|toolu)_/.test(value));
    return isId ? `${value}${suffix}` : value;
  };
  const objectOf = (line: string): Record<string, unknown> | undefined => {
    try {
      const value = JSON.parse(line, ofThisLeg) as unknown;
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      // Recorded agents also print lines that are no messages.
      return undefined;
    }
  };
  const lines = readFileSync(process.argv[1] ?? '', 'utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  let replayedMs = 0;
  for (const line of lines) {
    const object = objectOf(line);
    const { _recording, _offset_ms, ...message } = object ?? {};
    if (_recording) continue;

    const isAsRecorded = _offset_ms === undefined && suffix === '';
    const said = object === undefined || isAsRecorded ? line : JSON.stringify(message);
    const offsetMs = typeof _offset_ms === 'number' ? _offset_ms : replayedMs;
    const delayMs = Math.min(Math.max(0, offsetMs - replayedMs), gapMs ?? Infinity);
    replayedMs = offsetMs;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await new Promise((resolve) => process.stdout.write(`${said}\n`, resolve));
  }
}
