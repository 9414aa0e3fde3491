import { contract, Location, type CommandsOf, type EventOf } from '@syntropic/kernel';
import { z } from 'zod';

const named = { uri: Location.min(1) };
const recorded = { uri: z.string().min(1) };

/** Bytes in object storage that no artifact names any more. Contents that were never given up have no events. */
export const content = contract('artifacts', 'content', {
  key: 'uri',
  commands: {
    /** No artifact can name these bytes from here on; those that name them already keep them. */
    RetireContent: named,
    /** Records that the bytes of a retired content are gone. */
    RecordContentRemoval: named,
  },
  events: { ContentRetired: recorded, ContentRemoved: recorded },
  refusals: {
    retired: ['conflict', 'These bytes are given up: they are to be stored anew'],
    removed: ['conflict', 'These bytes were removed: they are to be stored anew'],
    not_retired: ['conflict', 'Artifacts may still name these bytes'],
  },
});

export type ContentCommands = CommandsOf<typeof content>;
export type ContentEvent = EventOf<typeof content>;
