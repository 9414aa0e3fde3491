import { SessionParser, type TelemetryEvent } from '@syntropic/telemetry';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ask, useSockets } from '../../test/socket.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import type { SpoolLine } from '../session/spool-lines';

const directory = useDirectory();
const open = useSockets(directory);

const JSON_TYPE = { 'content-type': 'application/json' };

/** The telemetry of what a session's spool has. */
function telemetryIn(own: string): readonly TelemetryEvent[] {
  const startedAt = new Date().toISOString();
  const session = { sessionId: 'the-session', executionId: 'exec-1', phaseId: 'plan', startedAt };
  const parser = new SessionParser(session, 'claude-stream-json');
  const told = readFileSync(join(own, 'spool.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SpoolLine)
    .flatMap(({ text, line, at, stream }) => parser.line(text, line, at, stream));
  return [...told, ...parser.end('exited', startedAt)].filter(({ type }) => type !== 'leg_ended');
}

const otlp = (told: Readonly<Record<string, string>>, name = 'claude_code.tool_result') => {
  const attributes = Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: name }, attributes };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
};

describe('what a workspace reports at its socket', () => {
  it('goes into the spool of its session, whichever session it names', async () => {
    const { socket, directory: own } = await open({});
    const report = (path: string, body: string | Buffer, headers = {}) =>
      ask(socket.path, path, body, { headers: { ...JSON_TYPE, ...headers } });

    const hook = { session_id: 'another', hook_event_name: 'Notification', message: 'look' };
    await expect(report('/hooks', JSON.stringify(hook))).resolves.toMatchObject({ status: 200, body: '{}' });
    const git = [
      { event_type: 'git_commit', context: { git: { sha: 'a' } } },
      { event_type: 'git_push', context: { git: { branch: 'main' } } },
    ];
    const lines = git.map((line) => JSON.stringify(line)).join('\n');
    await expect(report('/hooks', lines, { 'content-type': 'application/x-ndjson' })).resolves.toMatchObject({
      status: 200,
    });
    const told = { tool_use_id: 'toolu_1', tool_name: 'Bash', success: 'true' };
    const answer = await report('/v1/logs', gzipSync(otlp({ ...told, 'session.id': 'another' })), {
      'content-encoding': 'gzip',
    });
    expect(answer).toMatchObject({ status: 200, body: '{}' });

    expect(telemetryIn(own).map(({ type, sessionId }) => [type, sessionId])).toEqual([
      ['system_notification', 'the-session'],
      ['git_commit', 'the-session'],
      ['git_push', 'the-session'],
      ['tool_execution_completed', 'the-session'],
    ]);
  });

  it('adds nothing to its account, and claims no record of the runner', async () => {
    const { socket, directory: own } = await open({});
    const headers = JSON_TYPE;
    await ask(socket.path, '/v1/logs', otlp({ input_tokens: '9', request_id: 'r' }, 'claude_code.api_request'), {
      headers,
    });
    for (const event_type of ['token_usage', 'model_call', 'session_summary', 'agent_initialized']) {
      await ask(socket.path, '/hooks', JSON.stringify({ event_type, input_tokens: 9 }), { headers });
    }
    expect(telemetryIn(own).map(({ type }) => type)).toEqual([
      'api_request',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('leaves out what an exporter tells of hooks, which are the runner’s', async () => {
    const { socket, directory: own } = await open({});
    for (const name of ['hook_execution_start', 'claude_code.hook_execution_complete', 'hook_registered']) {
      await ask(socket.path, '/v1/logs', otlp({}, name), { headers: JSON_TYPE });
    }
    expect(telemetryIn(own)).toMatchObject([{ data: { body: 'hook_registered' } }]);
  });

  it('has no credentials', async () => {
    const { socket, directory: own } = await open({});
    const message = `npm_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`;
    await ask(socket.path, '/hooks', JSON.stringify({ hook_event_name: 'Notification', message }), {
      headers: JSON_TYPE,
    });
    expect(telemetryIn(own)).toMatchObject([{ data: { message: '[npm token]' } }]);
  });

  it.each([
    ['/hooks', '{"hook_event_name"', 400],
    ['/hooks', '{}', 400],
    ['/hooks', '[]', 400],
    ['/v1/logs', '{"resourceLogs": 1}', 400],
    ['/v1/traces', '['.repeat(1_000), 400],
    ['/v1/metrics', 'x'.repeat(4 * 1024 * 1024 + 1), 413],
  ])('%s %s is refused', async (path, body, status) => {
    const { socket } = await open({});
    await expect(ask(socket.path, path, body, { headers: JSON_TYPE })).resolves.toMatchObject({ status });
  });
});
