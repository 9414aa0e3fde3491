import { program } from './program';
import { settingsOf, type Plan, type PlannedSession, type Provider } from './provider';
import { findRecording } from './recordings';

const FASTEST_GAP_MS = 50;

interface Pace {
  /** No pause is longer. */
  readonly gapMs: number | null;
}

/** A recorded session, said again line by line by a real process in the workspace. */
export class ReplayProvider implements Provider {
  readonly name = 'replay';
  readonly canResume = false;
  readonly yields = 'output';

  constructor(private readonly recordingsDirectory: string | undefined) {}

  async plan({ agent }: PlannedSession): Promise<Plan> {
    const { recording, pace } = settingsOf('replay', agent);
    const file = await findRecording(this.recordingsDirectory, recording);
    const gapMs = pace === 'fast' ? FASTEST_GAP_MS : null;
    return { argv: program<Pace>(sayRecording, { gapMs }, { hostFile: file }), stdin: '', env: {} };
  }
}

/** Its source runs in the workspace, without this file. */
async function sayRecording({ gapMs }: Pace): Promise<void> {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const lines = readFileSync(process.argv[1] ?? '', 'utf8')
    .split('\n')
    .filter(Boolean);
  let saidAtMs = 0;
  for (const line of lines) {
    const { _recording, _offset_ms, ...message } = JSON.parse(line) as Record<string, unknown>;
    if (_recording) continue;

    const offsetMs = typeof _offset_ms === 'number' ? _offset_ms : saidAtMs;
    const pauseMs = Math.min(Math.max(0, offsetMs - saidAtMs), gapMs ?? Infinity);
    saidAtMs = offsetMs;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await new Promise((resolve) => process.stdout.write(`${JSON.stringify(message)}\n`, resolve));
  }
}
