import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Recorded sessions are in `shared/recordings` beside the repository; without them their specs are reported as skipped. */
export const recordingsDirectory = find(__dirname);

export const describeWithRecordings = recordingsDirectory === undefined ? describe.skip : describe;

export const recordingNames =
  recordingsDirectory === undefined
    ? ['absent']
    : readdirSync(recordingsDirectory)
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => file.slice(0, -'.jsonl'.length));

function find(from: string): string | undefined {
  const candidate = join(from, 'shared', 'recordings');
  if (existsSync(candidate)) return candidate;
  return from === dirname(from) ? undefined : find(dirname(from));
}
