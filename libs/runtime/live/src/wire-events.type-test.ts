import { contract } from '@syntropic/kernel';
import { z } from 'zod';
import { wireEvents } from './wire-events';

/** Must compile: each expected error is a mistake in a translation that would reach clients. */

const door = contract('house', 'door', {
  key: 'doorId',
  commands: {},
  events: {
    DoorPainted: { doorId: z.string(), colour: z.string() },
    DoorLocked: { doorId: z.string(), reason: z.string().optional() },
  },
});

export const complete = wireEvents(door)({
  DoorPainted: { name: 'Painted', data: ({ data, recordedAt }) => ({ door: data.doorId, painted_at: recordedAt }) },
  DoorLocked: { name: 'Locked', activity: true, terminal: true, data: ({ data }) => ({ reason: data.reason ?? null }) },
});

export const undeclaredEvent = wireEvents(door)({
  // @ts-expect-error the contract has no event DoorOpened
  DoorOpened: { name: 'Opened', data: () => ({}) },
});

export const wrongField = wireEvents(door)({
  // @ts-expect-error a misspelt field
  DoorPainted: { name: 'Painted', data: ({ data }) => ({ colour: data.color }) },
});

export const fieldOfAnotherEvent = wireEvents(door)({
  // @ts-expect-error only a painted door has a colour
  DoorLocked: { name: 'Locked', data: ({ data }) => ({ colour: data.colour }) },
});

export const possiblyAbsent = wireEvents(door)({
  // @ts-expect-error the reason may be absent
  DoorLocked: { name: 'Locked', data: ({ data }) => ({ length: data.reason.length }) },
});

// @ts-expect-error a translation has a name
export const withoutName = wireEvents(door)({ DoorLocked: { data: () => ({}) } });

export const wrongOption = wireEvents(door)({
  // @ts-expect-error a misspelt option
  DoorLocked: { name: 'Locked', termnal: true, data: () => ({}) },
});
