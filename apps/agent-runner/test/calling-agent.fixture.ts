import { program } from '../src/providers/program';
import type { Provider } from '../src/providers';

type Conversation = Readonly<{
  turns: number;
  /** The path of a file; a tool waits until it exists, with the number of its turn behind it. One with `-begun` at its end says that the tool runs. */
  toolsWaitFor?: string;
  /** True for an agent whose tools are sub-agents: each calls a model twice. */
  delegates?: boolean;
}>;

/** An agent that speaks stream-json, calls a model before each tool, and asks the runner's hook; it names its calls by turn. */
export const callingAgent = (conversation: Conversation): Provider => ({
  name: 'command',
  canResume: false,
  yields: 'output',
  plan: (_, { socket }) =>
    Promise.resolve({ argv: program<Conversation>(act, conversation, { hostFile: socket }), stdin: '', env: {} }),
});

/** Runs in the workspace as source text: nothing else of this file is available there. */
async function act({ turns, toolsWaitFor, delegates }: Conversation): Promise<void> {
  const { request } = process.getBuiltinModule('node:http');
  const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const socketPath = process.argv[1] ?? '';

  const print = (line: object) => new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, resolve));
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    new Promise<string>((resolve, reject) => {
      const asked = request({ socketPath, path, method: 'POST', headers, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (piece: Buffer) => (text += piece.toString()));
        answer.once('error', reject).once('end', () => {
          resolve(text);
        });
      });
      asked.once('error', reject).end(JSON.stringify(body));
    });
  const call = (name: string, agent?: string) =>
    post(
      '/anthropic/v1/messages',
      { model: 'claude-haiku-4-5-20251001', stream: true, messages: [{ role: 'user', content: name }] },
      agent === undefined ? {} : { 'x-claude-code-agent-id': agent },
    );
  const line = (type: string, content: object[], more: object = {}) =>
    print({ type, message: { id: `m${Math.random()}`, model: 'claude-haiku-4-5-20251001', content }, ...more });

  await print({ type: 'system', subtype: 'init', model: 'claude-haiku-4-5-20251001' });
  for (let turn = 1; turn <= turns; turn++) {
    await call(`turn ${turn}`);
    const id = `toolu_${turn}`;
    const name = delegates ? 'Task' : 'Bash';
    await line('assistant', [{ type: 'tool_use', id, name, input: {} }]);
    await post('/hooks/pre-tool-use', { tool_use_id: id, tool_name: name });
    for (const part of delegates ? [1, 2] : []) await call(`part ${part} of turn ${turn}`, `agent-${turn}`);
    if (toolsWaitFor !== undefined) writeFileSync(`${toolsWaitFor}${turn}-begun`, '');
    while (toolsWaitFor !== undefined && !existsSync(`${toolsWaitFor}${turn}`)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await line('user', [{ type: 'tool_result', tool_use_id: id, content: 'done' }]);
  }
  await print({ type: 'result', subtype: 'success', is_error: false, result: 'done', num_turns: turns });
}
