import { z } from 'zod';

/** The newest request of a control, and when it became a fact. */
export const ControlView = z
  .object({
    control: z.enum(['pause', 'resume', 'interrupt', 'cancel', 'retry', 'budget', 'approve', 'reject']),
    requested_at: z.string(),
    effective_at: z.string().nullable().meta({ description: 'Null while it is not a fact.' }),
    lapsed_at: z.string().nullable().meta({
      description: 'When it was withdrawn, or the execution ended or was interrupted before it was a fact.',
    }),
    reason: z.string().nullable(),
    why: z.enum(['limit']).nullable().meta({ description: '`limit`: a provider of models refuses calls.' }),
    until: z.string().nullable().meta({ description: 'When a paused execution resumes by itself.' }),
    phase_id: z.string().nullable().meta({ description: 'Of an approval or a rejection.' }),
  })
  .meta({ id: 'ExecutionControl' });
export type ControlView = z.infer<typeof ControlView>;
