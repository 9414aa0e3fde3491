import { LiveInput } from './live-input';

const input = () => {
  const written: string[] = [];
  const stdin = { write: (text: string) => void written.push(text), end: () => void written.push('end') };
  const protocol = { message: (text: string) => text, interrupt: () => 'interrupt' };
  return { live: new LiveInput(stdin, protocol), written };
};

describe('the input of an agent that has done its work', () => {
  it('takes no message and no interruption', () => {
    const { live, written } = input();
    live.follow(undefined, true);

    expect(() => live.inject('more')).toThrow(expect.objectContaining({ code: 'agent.input_closed' }) as Error);
    expect(() => void live.interrupt()).toThrow(expect.objectContaining({ code: 'agent.input_closed' }) as Error);
    expect(written).toEqual(['end']);
  });

  it('stays open while a message waits for its answer', () => {
    const { live, written } = input();
    const id = live.inject('more');
    live.follow(undefined, true);
    expect(written).toEqual(['more']);

    live.follow({ user_message_uuids: [id] } as never, true);
    expect(written).toEqual(['more', 'end']);
  });
});
