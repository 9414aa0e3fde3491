import { randomUUID } from 'node:crypto';
import { useIngestion } from '../testing/ingest.fixture';

const { send, rows } = useIngestion();

const hook = (session_id: string, hook_event_name: string, own: object = {}) =>
  send('/hooks', {
    body: JSON.stringify({ session_id, hook_event_name, transcript_path: '/t', cwd: '/w', ...own }),
  });

describe('a hook of Claude Code', () => {
  it.each([
    ['SessionStart', { source: 'resume' }, 'session_started', { source: 'resume', cwd: '/w' }],
    ['SessionEnd', { reason: 'clear' }, 'session_completed', { reason: 'clear' }],
    ['UserPromptSubmit', { prompt: 'do it' }, 'user_prompt_submitted', { prompt_preview: 'do it' }],
    [
      'PreToolUse',
      { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'ls' } },
      'tool_execution_started',
      { tool_use_id: 't1', input_preview: '{"command":"ls"}' },
    ],
    [
      'PostToolUse',
      { tool_name: 'Bash', tool_use_id: 't1', tool_response: { stdout: 'a' } },
      'tool_execution_completed',
      { success: true, output_preview: '{"stdout":"a"}' },
    ],
    ['PostToolUseFailure', { tool_use_id: 't1', error: 'no' }, 'tool_execution_failed', { error: 'no' }],
    ['PermissionRequest', { tool_name: 'Bash' }, 'permission_requested', { tool_name: 'Bash' }],
    [
      'Notification',
      { message: 'm', notification_type: 'idle' },
      'system_notification',
      { message: 'm', level: 'idle' },
    ],
    ['SubagentStart', { agent_id: 'a1', agent_type: 'Explore' }, 'subagent_started', { subagent_id: 'a1' }],
    ['SubagentStop', { agent_id: 'a1' }, 'subagent_stopped', { subagent_id: 'a1' }],
    ['Stop', { stop_hook_active: false }, 'agent_stopped', { stop_hook_active: false }],
    ['TeammateIdle', { teammate_name: 'x' }, 'teammate_idle', { teammate_id: 'x' }],
    ['TaskCompleted', { task_id: '1' }, 'task_completed', { task_id: '1' }],
    ['PreCompact', { trigger: 'auto' }, 'pre_compact', { trigger: 'auto' }],
    ['FileChanged', { file: 'f' }, 'unknown', { raw: { event_type: 'hook:FileChanged', file: 'f' } }],
  ])('%s is stored', async (name, own, type, data) => {
    const session = randomUUID();
    await expect(hook(session, name, own)).resolves.toMatchObject({ status: 200, body: {} });
    await expect(rows(session)).resolves.toMatchObject([{ type, data }]);
  });

  it('without a session, or without a name, is refused', async () => {
    await expect(send('/hooks', { body: '{"hook_event_name":"Stop"}' })).resolves.toMatchObject({ status: 422 });
    await expect(send('/hooks', { body: '{"session_id":"s"}' })).resolves.toMatchObject({
      status: 422,
      body: { field: 'events[0].hook_event_name' },
    });
  });
});

describe('a hook of git', () => {
  it('is stored, in its current and in its legacy form', async () => {
    const session = randomUUID();
    const lines = [
      { event_type: 'git_commit', session_id: session, context: { git: { sha: 'a', branch: 'main' } } },
      { event_type: 'git_branch_created', session_id: session, branch: 'b', commit_message: 'm' },
    ];
    await expect(
      send('/hooks', {
        body: lines.map((line) => JSON.stringify(line)).join('\n'),
        headers: { 'content-type': 'application/x-ndjson' },
      }),
    ).resolves.toMatchObject({ status: 200 });
    await expect(rows(session)).resolves.toMatchObject([
      { type: 'git_branch_created', data: { branch: 'b', message: 'm' } },
      { type: 'git_commit', data: { sha: 'a', branch: 'main' } },
    ]);
  });
});
