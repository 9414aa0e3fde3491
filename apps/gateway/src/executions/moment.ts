import type { LogPosition } from '@syntropic/projections';
import { z } from 'zod';

/** A moment of the log: the events up to a position, in this log or in the one of an epoch, or those up to a time. */
export type Moment = Readonly<{ position: number; epoch?: string }> | Readonly<{ time: string }>;

const Time = z.iso.datetime({ offset: true });
const Position = z.string().regex(/^\d{1,15}$/);
const PositionOfReply = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,15}$/);

/** The parameter `at` of reads that can answer for the past. */
export const At = z
  .union([Time, Position, PositionOfReply], {
    error: 'a position of the log or a time with its zone, like 2026-01-31T09:30:00Z',
  })
  .meta({
    description: 'Answers as it stood then: a time, a position of the log, or a position that a reply carried.',
    examples: ['2026-01-31T09:30:00Z', '4711'],
  });

export function momentOf(at: z.output<typeof At>): Moment {
  if (Position.safeParse(at).success) return { position: Number(at) };
  if (!PositionOfReply.safeParse(at).success) return { time: new Date(at).toISOString() };
  const [epoch = '', position] = at.split('.');
  return { epoch, position: Number(position) } satisfies LogPosition;
}
