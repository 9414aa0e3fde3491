import { errorText, type KeptSession } from '@syntropic/kernel';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packFiles, reasonOf, type SessionRun } from '../session';

type Keeping = Readonly<{
  agent: AgentConfiguration;
  /** The session's own directory, which no agent can enter. */
  directory: string;
  objects: ObjectStorage;
  signal: AbortSignal;
}>;

/** Stores the conversation and the files of a session that has ended, where its agent keeps sessions. A failure is no failure of the session. */
export async function keptSession(
  run: Pick<SessionRun, 'directory' | 'home'>,
  { agent, directory, objects, signal }: Keeping,
): Promise<KeptSession | undefined> {
  if (!('keepSession' in agent) || !agent.keepSession) return undefined;
  const file = join(directory, 'kept.tar.gz');
  try {
    await packFiles(run, file, signal);
    const { uri, sizeBytes } = await objects.put({ file }, signal);
    return { uri, sizeBytes };
  } catch (error) {
    return { error: errorText(signal.aborted ? 'the session ended before it was stored' : reasonOf(error)) };
  } finally {
    await rm(file, { force: true });
  }
}
