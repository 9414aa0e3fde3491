import { Comparison } from '@syntropic/projections';
import { ShortName } from '@syntropic/kernel';
import { z } from 'zod';

const RebuildShown = z
  .object({
    projection: z.string(),
    version: z.int(),
    replaces: z.int().meta({
      description: 'The version that is read until then; the same one where an operator has asked for the rebuild.',
    }),
    status: z.enum(['filling', 'equal', 'differs', 'accepted', 'taken_over', 'stopped']).meta({
      description: '`differs`: it waits until an operator accepts or stops it.',
    }),
    started_by: z.string(),
    started_at: z.string(),
    ended_at: z.string().nullable(),
    position: z.int().nullable().meta({ description: 'The events that are folded, of `head`; null after the end.' }),
    head: z.int().nullable(),
    events_per_second: z.number().nullable().meta({ description: 'Since the start.' }),
    rows: z.int().nullable().meta({ description: 'As the store estimates them; exact in the comparison.' }),
    error: z.string().nullable().meta({ description: 'Why it stands still.' }),
    comparison: Comparison.meta({ id: 'RebuildComparison' }).nullable().meta({
      description: 'What both tables had at the same position. Of the differences the first 20 are listed.',
    }),
  })
  .meta({ id: 'Rebuild' });
export type RebuildShown = z.infer<typeof RebuildShown>;

export const RebuildList = z.object({ rebuilds: z.array(RebuildShown) }).meta({ id: 'RebuildList' });

export const RebuildParams = z.object({ projection: z.string().min(1) });

export const StartRebuildRequest = z
  .strictObject({
    projection: ShortName.optional().meta({
      description: 'Absent: all read models that are not being rebuilt.',
    }),
  })
  .meta({ id: 'StartRebuildRequest' });
