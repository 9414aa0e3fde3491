import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { orderOf, useRunner } from '../../test/runner.fixture';
import { PROVIDERS } from '../injection-tokens';
import type { Provider } from '../providers';
import { Spool } from '../session';

const directory = useDirectory();
const runner = useRunner(directory);

const json = (message: object) => `${JSON.stringify(message)}\n`;

/** An agent that shows each message of its input, and has done its work when it has read one that says "done". */
const LISTENER = `
  const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
  const read = [];
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { message, uuid } = JSON.parse(line);
    read.push(uuid);
    process.stdout.write('read ' + message.content.split('\\n').at(-1) + '\\n');
    say({ type: 'user', message, uuid, isReplay: true });
    if (message.content.endsWith('done')) {
      say({ type: 'result', subtype: 'success', is_error: false, user_message_uuids: read, modelUsage: {} });
    }
  });
`;

const listener: Provider = {
  name: 'claude',
  canResume: true,
  yields: 'output',
  plan: () =>
    Promise.resolve({
      argv: [process.execPath, '-e', LISTENER],
      stdin: '',
      env: {},
      input: {
        message: (content, uuid) => json({ message: { content }, uuid }),
        interrupt: (id) => json({ interrupt: id }),
      },
    }),
};

const idOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
const said = (number: number, message: string, role = 'user') => ({ messageId: idOf(number), role, message });

type Said = ReturnType<typeof said>;

/** The command service's answers: the messages that no agent has taken, one on a page. */
function serve(waiting: readonly Said[]): void {
  const isDelivered = ({ messageId }: Said) =>
    runner.platform.received.some(({ type, data }) => type === 'DeliverMessage' && data['messageId'] === messageId);
  runner.platform.answers.set('ListMessages', ({ after }) => {
    const left = waiting.filter((one) => !isDelivered(one));
    const rest = left.slice(left.findIndex(({ messageId }) => messageId === after) + 1);
    return { messages: rest.slice(0, 1), hasMore: rest.length > 1 };
  });
}

const start = () => runner.start({ home: 'home', replaced: [{ provide: PROVIDERS, useValue: [listener] }] });
const announce = (order: WorkOrder, messages: number) => {
  runner.platform.controls.set(order.sessionId, { control: 'run', asOf: 1, messages });
  runner.wake();
};
const deliveredOf = (order: WorkOrder) =>
  runner.platform.commandsOf('DeliverMessage', order).map(({ messageId }) => messageId);
describeWithBubblewrap('messages for a session', () => {
  const agent = { provider: 'claude', isolation: 'sandbox' } as const;

  it('are given in order and once, and reported when the agent shows them', async () => {
    const order = orderOf(agent, { hasMessages: true });
    const waiting = [said(1, 'first'), said(2, 'second', 'system')];
    runner.platform.offer(order);
    serve(waiting);
    await start();
    await eventually(() => deliveredOf(order).length === 2);

    waiting.push(said(3, 'third'), said(4, 'done'));
    announce(order, 7);
    announce(order, 7);
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });

    expect(deliveredOf(order)).toEqual([idOf(1), idOf(2), idOf(3), idOf(4)]);
    expect(runner.platform.linesOf(order)).toEqual(['read first', 'read second', 'read third', 'read done']);
    const types = runner.platform.received.map(({ type }) => type);
    expect(types.lastIndexOf('DeliverMessage')).toBeLessThan(types.indexOf('CompleteSession'));
  });

  it('are not given to a conversation that has them already', async () => {
    const order = orderOf(agent, { leg: 2, token: 2, hasMessages: true });
    const home = join(directory.path, 'home', 'sessions', order.sessionId);
    mkdirSync(home, { recursive: true });
    const spool = await Spool.open(home);
    const text = JSON.stringify({ type: 'user', message: { content: 'first' }, uuid: idOf(1), isReplay: true });
    const at = new Date().toISOString();
    spool.append({ leg: 1, at, stream: 'stdout', text });
    spool.append({ leg: 1, at, stream: 'stdout', text: JSON.stringify({ type: 'queued', command_uuid: idOf(2) }) });
    await spool.close();
    runner.platform.offer(order);
    serve([said(1, 'first'), said(2, 'second'), said(3, 'done')]);
    await start();
    await runner.platform.receives('CompleteSession', order);

    expect(deliveredOf(order)).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(runner.platform.linesOf(order)).toEqual(['read second', 'read done']);
  });
});
