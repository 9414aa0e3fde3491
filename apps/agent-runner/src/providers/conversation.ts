import { DomainError } from '@syntropic/kernel';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** The first message of a leg that continues a conversation. */
export const CONTINUE =
  'You were paused and go on now. A tool that was interrupted has not been run again: look at its effects before you repeat it.';

/** Precedes the first message of a conversation that goes on from before its end. */
export const FILES_ARE_AHEAD =
  'The conversation goes on from here in another way. The files are as they were at its former end: look at them before you rely on them.';

export const conversationMissing = (sessionId: string): DomainError =>
  new DomainError(
    'session.conversation_missing',
    `session ${sessionId} has left no conversation to go on with`,
    'conflict',
    'fork',
  );

type McpServers = Readonly<
  Record<string, Readonly<{ command: readonly string[]; env?: Readonly<Record<string, string>> | undefined }>>
>;

/** The servers of the Model Context Protocol with program and arguments apart, as agents configure them. */
export const mcpPrograms = (servers: McpServers = {}) =>
  Object.entries(servers).map(([name, { command, env }]) => {
    const [program = '', ...args] = command;
    return [name, { command: program, args, env }] as const;
  });

/** The names in a directory of the agent's home; none when it is not there. Its agent may have made a link of it, which is not followed. */
export async function entriesIn(home: string, ...path: readonly string[]): Promise<readonly string[]> {
  try {
    const [root, directory] = await Promise.all([realpath(home), realpath(join(home, ...path))]);
    return directory === join(root, ...path) ? (await readdir(directory)).sort() : [];
  } catch {
    return [];
  }
}
