import { agentSession, type SessionCommands } from '@syntropic/agent-sessions/contracts';
import { shell, usePlatform, workflow } from '@syntropic/e2e';
import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import { ArtifactId, DomainError, ExecutionId, NO_USAGE, SessionId, type CommandContext } from '@syntropic/kernel';
import { CommandClient } from '@syntropic/messaging';
import { workspaceIdOf } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { logHead, useStore } from './store';

const platform = usePlatform();
const store = useStore(platform);

type Session = Readonly<{ executionId: ExecutionId; sessionId: SessionId; stream: string; version: number }>;

/** The end of a session whose only artifact has a hash that is not 64 hexadecimal digits. */
const poisonedEnd = ({ executionId, sessionId }: Session): SessionCommands['CompleteSession'] => ({
  executionId,
  sessionId,
  status: 'completed',
  usage: NO_USAGE,
  artifacts: [
    { artifactId: ArtifactId.parse(randomUUID()), path: 'a.txt', sha256: 'not-a-hash', sizeBytes: 1, uri: 'file:///a' },
  ],
  telemetryEvents: 0,
});

const contextOf = ({ executionId }: Session): Omit<CommandContext, 'bodyHash'> => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'service', id: 'older-runner' },
  executionId,
});

/** Starts an execution whose agent runs until it is ended, and answers its session once the log has all events of the start. */
async function runningSession(): Promise<Session> {
  const executionId = ExecutionId.parse(await platform.execute('endless'));
  return eventually(
    async () => {
      const [phase] = (await platform.execution(executionId)).phases;
      if (phase?.status !== 'running') return false;
      const sessionId = SessionId.parse(phase.session_id);
      const stream = `session-${sessionId}`;
      const [version, ofWorkspace] = await Promise.all([
        eventsOf(stream),
        eventsOf(`workspace-${workspaceIdOf(sessionId, 1)}`),
      ]);
      return version > 0 && ofWorkspace > 0 && { executionId, sessionId, stream, version };
    },
    { within: 30_000 },
  );
}

async function eventsOf(stream: string): Promise<number> {
  return (await new PostgresEventLog(store()).readStream(stream, 0, 10)).length;
}

async function refusalOf(sent: Promise<unknown>): Promise<unknown> {
  return sent.then(
    (answer) => answer,
    (error: unknown) => (error instanceof DomainError ? error : Promise.reject(error as Error)),
  );
}

describe('the end of a session with a hash that is none', () => {
  beforeAll(async () => {
    await platform.createWorkflow(workflow('endless', shell('sleep 600')));
    await platform.createWorkflow(workflow('other', shell('true')));
  });

  it('is refused by the name of the field, and stores nothing', async () => {
    const session = await runningSession();
    const sender = new CommandClient({ url: platform.server('nats').url ?? '', name: 'older-runner' });
    const before = await logHead(store());

    const { CompleteSession } = agentSession.commands;
    const refusal = await refusalOf(sender.send(CompleteSession, poisonedEnd(session), contextOf(session)));
    await sender.close();

    expect(refusal).toMatchObject({ code: 'command.invalid', refusal: 'invalid', field: 'artifacts[0].sha256' });
    expect(await logHead(store())).toBe(before);
    expect((await platform.execution(session.executionId)).status).toBe('running');
    await platform.post(`/api/executions/${session.executionId}/cancel`);
    await platform.reaches(session.executionId, 'cancelled');
  });

  it('that an older build recorded fails its execution and no other', async () => {
    const session = await runningSession();
    const { executionId, stream, version } = session;
    const { phases } = await platform.execution(executionId);
    const data = { ...poisonedEnd(session), workflowId: 'endless', phaseId: phases[0]?.phase_id };
    const { is } = await new EventAppender(store()).append({
      stream,
      expected: version,
      events: [{ type: 'SessionCompleted', data }],
      context: { ...contextOf(session), bodyHash: '' },
    });
    expect(is).toBe('appended');

    const { error_message } = await platform.reaches(executionId, 'failed');
    expect(error_message).toContain('artifacts[0].sha256');
    await platform.reaches(await platform.execute('other'), 'completed');
  });
});
