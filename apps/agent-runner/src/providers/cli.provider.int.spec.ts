import { OutputMapping } from '@syntropic/kernel';
import { inOrder, useModels } from '@syntropic/testing';
import { parserOf } from '../../test/agent-telemetry.fixture';
import { toTheEnd, useSessions } from '../../test/session.fixture';
import { socketsWith, upstream } from '../../test/socket.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { SandboxBackend } from '../workspaces';
import { CliProvider } from './cli.provider';
import type { Provider } from './provider';

/** An agent that asks its model once, with the address from its environment, and prints lines of its own protocol. */
const AGENT = `
const { request } = require('node:http');
const say = (line) => console.log(JSON.stringify(line));
const body = JSON.stringify({ model: process.env.MODEL, messages: [{ role: 'user', content: process.argv[1] }] });
const asked = request(process.env.MODELS_URL + '/v1/messages', { method: 'POST', headers: { 'content-type': 'application/json' } }, async (answer) => {
  const { content, usage } = JSON.parse((await answer.toArray()).join(''));
  say({ kind: 'said', text: content[0].text });
  say({ kind: 'spent', model: process.env.MODEL, in: usage.input_tokens, out: usage.output_tokens });
  say({ kind: 'end' });
});
asked.end(body);
`;

const output = OutputMapping.parse([
  { when: { kind: 'said' }, as: 'message', text: 'text' },
  { when: { kind: 'spent' }, as: 'usage', model: 'model', input: 'in', output: 'out' },
  { when: { kind: 'end' }, as: 'result' },
]);

const provider = new CliProvider();

/** Node may be where no workspace shows it. */
const withNode: Provider = {
  name: provider.name,
  canResume: provider.canResume,
  yields: provider.yields,
  plan: async (session) => {
    const plan = await provider.plan(session);
    return { ...plan, argv: [{ hostFile: process.execPath }, ...plan.argv.slice(1)] };
  },
};

describeWithBubblewrap('any agent that prints JSON lines', () => {
  const models = useModels();
  const start = useSessions(new SandboxBackend(), useDirectory());

  it('is told its prompt, model and the address of its models by its configuration, and its lines are read by a mapping', async () => {
    models().answer(inOrder({ text: 'Hello.', usage: { inputTokens: 11, outputTokens: 3 } }));
    const run = await start({
      agent: {
        provider: 'cli',
        isolation: 'sandbox',
        command: ['node', '-e', AGENT, '$PROMPT, then stop'],
        env: { MODELS_URL: '$MODELS/anthropic', MODEL: '$MODEL' },
        output,
      },
      settings: { allowedTools: [], model: 'claude-haiku-4-5' },
      promptTemplate: 'Say $MODEL',
      provider: withNode,
      sockets: socketsWith({ upstreams: [upstream('anthropic', models().url, 'the-secret')] }),
    });
    const { finished, lines } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'completed' });
    // A prompt is not filled in again.
    expect(models().requests[0]).toMatchObject({ model: 'claude-haiku-4-5', text: 'Say $MODEL, then stop' });
    const telemetry = parserOf(lines, output);
    expect(telemetry.types).toEqual(expect.arrayContaining(['message_response', 'token_usage']));
    expect(telemetry.usage.byModel).toMatchObject({ 'claude-haiku-4-5': { inputTokens: 11, outputTokens: 3 } });
    expect(telemetry.reportOf(1)?.outcome).toMatchObject({ isError: false, answer: 'Hello.' });
  });
});
