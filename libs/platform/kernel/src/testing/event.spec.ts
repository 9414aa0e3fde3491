import { z } from 'zod';
import { contract } from '../contract';
import { event } from './event';

const { DoorPainted } = contract('house', 'door', {
  key: 'doorId',
  commands: {},
  events: { DoorPainted: { doorId: z.string(), colour: z.string().default('white') } },
}).events;

describe('an event of a fixture', () => {
  it('has the data that its contract parses', () => {
    expect(event(DoorPainted, { doorId: '1' })).toEqual({
      type: 'DoorPainted',
      data: { doorId: '1', colour: 'white' },
    });
  });

  it.each([{}, { doorId: 1 }, { doorId: '1', color: 'red' }])('cannot have the data %j', (data) => {
    expect(() => event(DoorPainted, data as { doorId: string })).toThrow(z.ZodError);
  });
});
