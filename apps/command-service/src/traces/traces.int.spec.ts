import { agentSession } from '@syntropic/agent-sessions/contracts';
import { EventAppender, LogReader, PostgresEventLog } from '@syntropic/event-store';
import { NO_USAGE, type CommandContext, type Event } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { spanIdOf, traceIdOf, traceparentOf } from '@syntropic/observability';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { createPool } from '@syntropic/postgres';
import { Effects, PROCESSES, ProcessRunner, Timers } from '@syntropic/processes';
import { EventLists, PostgresTelemetryStore, TelemetryReader } from '@syntropic/telemetry';
import { eventually, useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { attributeOf, OtlpReceiver, type ReceivedSpan } from '../../test/otlp-receiver';
import { call, observed } from '../../test/observed';
import { exportTraces } from './export-traces.process';
import { TraceExporter } from './trace-exporter';

const { ExecutionStarted, PhaseQueued, PhaseStarted, PhaseFailed, ExecutionPaused, ExecutionFailed } =
  workflowExecution.events;
const { SessionStarted, SessionCompleted } = agentSession.events;

/** The kind of span in OTLP. */
const SERVER = 2;

describe('traces of executions', () => {
  const database = useDatabase();
  const receiver = new OtlpReceiver();
  const log = { debug: () => undefined, warn: () => undefined };
  let pool: Pool;
  let endpoint = '';

  // Registered after the database's own hook, so that it runs before it.
  beforeAll(async () => {
    pool = createPool(database.urlAs('syn_command_service'));
    endpoint = await receiver.listen();
  });
  afterAll(async () => {
    receiver.close();
    await pool.end();
  });

  type Cause = Pick<CommandContext, 'traceparent' | 'request'>;
  const record = async (stream: string, events: readonly Event[], cause: Cause = {}, expected = 0) => {
    const id = randomUUID();
    const context = {
      commandId: id,
      correlationId: id,
      causationId: id,
      bodyHash: '',
      ...cause,
    };
    const actor = { kind: 'key' as const, id: 'ada' };
    const outcome = await new EventAppender(database.pool).append({
      stream,
      expected,
      events,
      context: { ...context, actor },
    });
    expect(outcome.is).toBe('appended');
  };

  /** An execution whose phase has failed, its session with a call and two tools, one below the other. */
  async function aFailedExecution(cause: Cause = {}, paused: Cause = {}) {
    const executionId = `exec-${randomUUID().slice(-12)}`;
    const sessionId = randomUUID();
    const ids = { executionId, workflowId: 'w' };
    const inSession = { ...ids, phaseId: 'plan', sessionId, attempt: 1, leg: 1 };
    const failure = { error: 'it broke', errorType: 'agent_failed' };
    const telemetry = [
      observed('model_call', 1_000, { model: 'opus', upstream: 'anthropic', ...call }),
      observed('tool_execution_started', 1_100, { tool_name: 'Task', tool_use_id: 'outer' }),
      observed('tool_execution_started', 1_200, {
        tool_name: 'Bash',
        tool_use_id: 'inner',
        parent_tool_use_id: 'outer',
      }),
      observed('tool_execution_failed', 1_300, { tool_name: 'Bash', tool_use_id: 'inner', error: 'exit 1' }),
      observed('tool_execution_completed', 1_400, { tool_name: 'Task', tool_use_id: 'outer', success: true }),
    ].map((one) => ({ ...one, executionId, sessionId, phaseId: 'plan' }));
    await new PostgresTelemetryStore(database.pool).insert([{ events: telemetry }]);
    const started = { ...ids, phaseId: 'plan', sessionId, provider: 'claude', repos: [] };
    await record(`session-${sessionId}`, [
      event(SessionStarted, started),
      event(SessionCompleted, {
        ...ids,
        phaseId: 'plan',
        sessionId,
        status: 'failed',
        ...failure,
        usage: NO_USAGE,
        artifacts: [],
        telemetryEvents: telemetry.length,
      }),
    ]);
    const end = { usage: NO_USAGE, completedPhases: 0, totalPhases: 1, artifactIds: [] };
    const stream = `execution-${executionId}`;
    const begun = event(ExecutionStarted, { ...ids, workflowName: 'Heal', inputs: {}, repos: [], phases: [] });
    await record(stream, [begun], cause);
    await record(
      stream,
      [
        event(PhaseQueued, { ...inSession, provider: 'claude', isolation: 'sandbox' }),
        event(PhaseStarted, { ...inSession, phaseName: 'Plan', phaseOrder: 1, runner: 'r-1', provider: 'claude' }),
        event(ExecutionPaused, { ...ids, yieldPoint: 'before_phase' }),
        event(PhaseFailed, { ...inSession, usage: NO_USAGE, artifacts: [], ...failure }),
        event(ExecutionFailed, { ...ids, ...end, phaseId: 'plan', ...failure }),
      ],
      paused,
      1,
    );
    return { executionId, sessionId };
  }

  /** Leads the process until the work is done. */
  async function whileExporting(work: () => Promise<void>): Promise<void> {
    const owner = randomUUID();
    await database.pool.query(
      `insert into ops.leases (name, owner, expires_at) values ($1, $2, 'infinity')
       on conflict (name) do update set owner = excluded.owner`,
      [PROCESSES, owner],
    );
    const events = new PostgresEventLog(pool);
    const send = () => Promise.reject(new Error('this process sends no commands'));
    const exporter = new TraceExporter({
      endpoint: `${endpoint}/`,
      headers: { authorization: 'Bearer x' },
      log: events,
      telemetry: new TelemetryReader(pool),
      lists: new EventLists(pool),
      warnings: log,
    });
    const runner = new ProcessRunner([exportTraces], {
      pool,
      events,
      reader: new LogReader(events, undefined),
      effects: new Effects(send, new Timers(pool, send, log), exporter.handlers),
      log,
      backOffMs: 1,
    });
    const until = new AbortController();
    const running = runner.run({ owner, signal: until.signal });
    try {
      await work();
    } finally {
      until.abort();
      await running;
    }
  }

  it('have the workflow, its phases, agents, calls and tools, and arrive although the receiver was away', async () => {
    receiver.status = 503;
    const caller = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { executionId, sessionId } = await aFailedExecution({ traceparent: caller });
    await whileExporting(async () => {
      await eventually(() => receiver.requests > 0);
      receiver.status = 200;
      await eventually(() => receiver.spans.length === 6, { within: 120_000 });
    });

    const root = receiver.named('invoke_workflow Heal');
    const phase = receiver.named('phase plan');
    const agent = receiver.named('invoke_agent claude');
    const [chat, outer, inner] = ['chat opus', 'execute_tool Task', 'execute_tool Bash'].map((name) =>
      receiver.named(name),
    ) as [ReceivedSpan, ReceivedSpan, ReceivedSpan];
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(executionId)]));
    expect(root).toMatchObject({
      spanId: spanIdOf('execution', executionId),
      links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
      status: { message: 'it broke' },
    });
    expect(root.events?.map(({ name }) => name)).toEqual(['ExecutionStarted', 'ExecutionPaused', 'ExecutionFailed']);
    expect(attributeOf(root, 'syntropic.actor')).toBe('key:ada');
    expect(phase).toMatchObject({ parentSpanId: root.spanId, status: { message: 'it broke' } });
    expect(agent).toMatchObject({ parentSpanId: phase.spanId });
    expect(traceparentOf(executionId, sessionId)).toBe(`00-${agent.traceId}-${agent.spanId}-01`);
    expect(chat).toMatchObject({ parentSpanId: agent.spanId });
    expect(attributeOf(chat, 'gen_ai.usage.input_tokens')).toBe('16');
    expect(BigInt(chat.endTimeUnixNano) - BigInt(chat.startTimeUnixNano)).toBe(250_000_000n);
    expect(outer).toMatchObject({ parentSpanId: agent.spanId });
    expect(inner).toMatchObject({ parentSpanId: outer.spanId, status: { message: 'exit 1' } });
    expect(BigInt(outer.endTimeUnixNano) - BigInt(outer.startTimeUnixNano)).toBe(300_000_000n);
    expect(new Set(receiver.authorizations)).toEqual(new Set(['Bearer x']));
  });

  it('begin with the request that has started the execution and its command, and have those of later requests', async () => {
    const caller = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
    const [receivedAt, begunAt] = [new Date(Date.now() - 900).toISOString(), new Date(Date.now() - 600).toISOString()];
    const route = 'POST /api/workflows/:workflow_id/execute';
    const request = { route, receivedAt, command: 'StartExecution', begunAt };
    const pausing = {
      route: 'POST /api/executions/:execution_id/pause',
      receivedAt,
      command: 'PauseExecution',
      begunAt,
    };
    const { executionId } = await aFailedExecution({ traceparent: caller, request }, { request: pausing });
    const own = () => receiver.spans.filter(({ traceId }) => traceId === traceIdOf(executionId));
    await whileExporting(async () => {
      await eventually(() => own().length === 10, { within: 120_000 });
    });

    const named = (name: string) => own().find((span) => span.name === name);
    const [requested, command, root] = [named(route), named('command StartExecution'), named('invoke_workflow Heal')];
    expect(requested).toMatchObject({
      kind: SERVER,
      links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
    });
    expect(requested?.parentSpanId ?? '').toBe('');
    expect(command).toMatchObject({ parentSpanId: requested?.spanId });
    expect(root).toMatchObject({ parentSpanId: command?.spanId });
    expect(root?.links ?? []).toEqual([]);
    expect(named('phase plan')).toMatchObject({ parentSpanId: root?.spanId });
    const nanosecondsOf = (iso: string) => `${Date.parse(iso)}000000`;
    expect([requested?.startTimeUnixNano, command?.startTimeUnixNano]).toEqual(
      [receivedAt, begunAt].map(nanosecondsOf),
    );
    expect(named(pausing.route)).toMatchObject({ parentSpanId: root?.spanId });
    expect(named('command PauseExecution')).toMatchObject({ parentSpanId: named(pausing.route)?.spanId });
    const ids = new Set(own().map(({ spanId }) => spanId));
    expect(
      own()
        .filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))
        .map(({ name }) => name),
    ).toEqual([route]);
  });

  it('that a receiver refuses for good are not sent for ever', async () => {
    receiver.status = 400;
    const before = receiver.requests;
    await aFailedExecution();
    await whileExporting(async () => {
      await eventually(() => receiver.requests >= before + 2);
      // What follows them is exported, so the process has gone on.
      receiver.status = 200;
      const { executionId } = await aFailedExecution();
      await eventually(() => receiver.spans.some(({ traceId }) => traceId === traceIdOf(executionId)));
    });
  });
});
