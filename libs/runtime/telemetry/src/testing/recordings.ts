import { folderBeside } from '@syntropic/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Line = z.looseObject({ _offset_ms: z.number() });
const Header = z.object({ _recording: z.object({ recorded_at: z.string() }) });

/** A recorded agent session: its lines as the agent printed them, with the time of each. */
export type Recording = Readonly<{
  task: string;
  startedAt: string;
  lines: readonly Readonly<{ text: string; number: number; time: string }>[];
}>;

/** The agent's own accounts: one for each turn, the last line of most recordings. */
export const isResult = ({ text }: Recording['lines'][number]): boolean =>
  Line.omit({ _offset_ms: true }).extend({ type: z.string() }).parse(JSON.parse(text)).type === 'result';

/** The folder `shared/recordings` beside this repository or one of the folders around it. */
export const recordingsFolder = (from = __dirname): string | undefined => folderBeside(from, 'shared/recordings');

export const recordingsIn = (folder: string): Recording[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => recordingOf(file, readFileSync(join(folder, file), 'utf8')));

/** @throws when a line is not that of a recording. */
function recordingOf(file: string, content: string): Recording {
  const [first = '', ...rest] = content.trimEnd().split('\n');
  const startedAt = new Date(Header.parse(JSON.parse(first))._recording.recorded_at);
  const lines = rest.map((line, index) => {
    const { _offset_ms: offset, ...message } = Line.parse(JSON.parse(line));
    const time = new Date(startedAt.getTime() + offset).toISOString();
    return { text: JSON.stringify(message), number: index + 1, time };
  });
  const task = /_([a-z-]+)\.jsonl$/.exec(file)?.[1];
  if (!task) throw new Error(`${file} does not name its task`);
  return { task, startedAt: startedAt.toISOString(), lines };
}
