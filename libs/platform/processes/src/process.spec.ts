import { commands, contract } from '@syntropic/kernel';
import { z } from 'zod';
import { send, startTimer, stopTimer } from './action';
import { effect } from './effect';
import { commandIdOf, process } from './process';

const { Greet } = commands('hall', { Greet: { who: z.string() } });

const guest = contract('hall', 'guest', {
  key: 'who',
  commands: {},
  events: { Arrived: { who: z.string() }, Left: { who: z.string(), at: z.number() } },
});

describe('a reaction', () => {
  const { on } = process(guest)({
    name: 'doorman',
    on: { Arrived: ({ data: { who } }) => [send(Greet, { who }), startTimer(who, 5, Greet, { who })] },
  });

  it('names commands as they travel', () => {
    const arrived = { type: 'Arrived', data: { who: 'Ada' } };
    const greeting = { context: 'hall', type: 'Greet', data: { who: 'Ada' } };

    expect(on['Arrived']?.(arrived as never)).toEqual([
      { kind: 'send', command: greeting },
      { kind: 'start_timer', key: 'Ada', afterSeconds: 5, command: greeting },
    ]);
  });

  it('exists only for what the process listens to', () => {
    expect(Object.keys(on)).toEqual(['Arrived']);
  });
});

it('requests effects and stops timers', () => {
  const ringBell = effect<Readonly<{ times: number }>>('ring_bell');

  expect([ringBell.action({ times: 2 }), stopTimer('tea')]).toEqual([
    { kind: 'effect', name: 'ring_bell', input: { times: 2 } },
    { kind: 'stop_timer', key: 'tea' },
  ]);
});

describe('the id of a command', () => {
  it('follows from process, event and position alone', () => {
    const [event, other] = ['7d9f3c2e-0a4b-4c57-9a55-3f1c1c0f9f10', '7d9f3c2e-0a4b-4c57-9a55-3f1c1c0f9f11'];
    const ids = [
      commandIdOf('doorman', event, 0),
      commandIdOf('doorman', event, 1),
      commandIdOf('doorman', other, 0),
      commandIdOf('porter', event, 0),
    ];

    expect(new Set(ids).size).toBe(4);
    expect(commandIdOf('doorman', event, 0)).toBe(ids[0]);
  });
});
