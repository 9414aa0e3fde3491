import { aggregate, answered, byHandler, commands, contract, refusing, type EventOf } from '@syntropic/kernel';
import type { CommandClient } from '@syntropic/messaging';
import { process, send, startTimer } from '@syntropic/processes';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** Must compile: each mistake that the pattern is to catch is expected to be an error here, so one that is no error any more fails the build. */

const fields = { doorId: z.string(), colour: z.string() };
const door = contract('house', 'door', {
  key: 'doorId',
  commands: { PaintDoor: fields, LockDoor: { doorId: z.string() } },
  events: { DoorPainted: fields, DoorLocked: { doorId: z.string() } },
  refusals: { already_locked: ['conflict', 'The door is locked'] },
});
type DoorEvent = EventOf<typeof door>;
type Door = Readonly<{ locked: boolean }>;

const { CountDoors } = commands('house', { CountDoors: answered({}, z.object({ doors: z.int() })) });

const evolve = (state: Door, event: DoorEvent): Door => {
  switch (event.type) {
    case 'DoorPainted':
      return state;
    case 'DoorLocked':
      return { locked: true };
  }
};
const lockDoor = (_: Door, { doorId }: Readonly<{ doorId: string }>): readonly DoorEvent[] => [
  { type: 'DoorLocked', data: { doorId } },
];
const paintDoor = (_: Door, data: Readonly<{ doorId: string; colour: string }>): readonly DoorEvent[] => [
  { type: 'DoorPainted', data },
];
const initial = { locked: false };

export const complete = aggregate(door, { initial, evolve, decisions: { paintDoor, lockDoor } });

// @ts-expect-error a decision is missing
export const missingDecision = aggregate(door, { initial, evolve, decisions: { paintDoor } });

export const unknownEvent = aggregate(door, {
  initial,
  evolve,
  // @ts-expect-error the contract has no event DoorOpened
  decisions: { paintDoor, lockDoor: ({}: Door, data) => [{ type: 'DoorOpened', data }] },
});

export const wrongField = aggregate(door, {
  initial,
  evolve,
  // @ts-expect-error the event carries a colour
  decisions: { lockDoor, paintDoor: (_: Door, { doorId }) => [{ type: 'DoorPainted', data: { doorId } }] },
});

export const wrongDecision = aggregate(door, {
  initial,
  evolve,
  // @ts-expect-error the command to lock has no colour to paint with
  decisions: { paintDoor, lockDoor: paintDoor },
});

const paintByNumber = (_: Door, colour: number): readonly DoorEvent[] => [
  { type: 'DoorPainted', data: { doorId: '1', colour: String(colour) } },
];
export const wrongDeferredDecision = aggregate(door, {
  initial,
  evolve,
  // @ts-expect-error a decision that a handler calls takes the command's data as well
  decisions: { paintDoor, lockDoor: byHandler(paintByNumber) },
});

// @ts-expect-error DoorLocked leads to no state
export const forgottenCase = (_: Door, event: DoorEvent): Door => {
  if (event.type === 'DoorPainted') return { locked: false };
};

// @ts-expect-error a command that does not carry the aggregate's key
export const withoutKey = contract('house', 'door', { key: 'doorId', commands: { OpenDoor: {} }, events: {} });

// @ts-expect-error a rule that the contract does not declare
export const undeclaredRule = refusing(door)('already_open', 'it is open');

export async function senders(client: CommandClient, origin: Parameters<CommandClient['send']>[2]) {
  const { position } = await client.send(door.commands.LockDoor, { doorId: '1' }, origin);
  const { doors } = await client.send(CountDoors, {}, origin);

  // @ts-expect-error a misspelt command
  await client.send(door.commands.LockDor, { doorId: '1' }, origin);
  // @ts-expect-error a misspelt field
  await client.send(door.commands.LockDoor, { dorId: '1' }, origin);
  // @ts-expect-error the answer is where the stream stands, not a number of doors
  const none: Readonly<{ doors: number }> = await client.send(door.commands.LockDoor, { doorId: '1' }, origin);
  return { position, doors, none };
}

export const reactions = process(door)({
  name: 'lock-doors',
  on: {
    DoorPainted: ({ data: { doorId } }) => [
      send(door.commands.LockDoor, { doorId }),
      // @ts-expect-error a field of another command
      send(door.commands.LockDoor, { doorId, colour: 1, locked: true }),
      // @ts-expect-error the data of a timer's command is checked as well
      startTimer('lock', 1, door.commands.LockDoor, {}),
    ],
    // @ts-expect-error no event of these aggregates
    DoorOpened: () => [],
  },
});

const row = z.object({ door_id: z.string(), colour: z.string() });
export const paintedDoors = projection(door)({
  name: 'painted_door',
  version: 1,
  row,
  key: 'door_id',
  keys: ({ data }) => [data.doorId],
  on: {
    DoorPainted: (_, { data }) => ({ door_id: data.doorId, colour: data.colour }),
    // @ts-expect-error no event of these aggregates
    DoorOpened: () => null,
  },
});

// @ts-expect-error a stream is a contract, so a misspelt one is no value at all
export const wrongStream = projection('dor')({ name: 'door', version: 1, row, key: 'door_id', keys: () => [], on: {} });
