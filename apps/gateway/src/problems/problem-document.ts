import { z } from 'zod';

const FieldFault = z.object({
  field: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});

/** RFC 9457. Programs look at `code`, people read `detail`. */
export const ProblemDocument = z
  .object({
    type: z.string().meta({ description: 'The address of the explanation of the code.' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable and dotted: the same kind of problem always has the same code.' }),
    detail: z.string(),
    field: z.string().optional(),
    errors: z.array(FieldFault).optional(),
    instance: z.string().meta({ description: 'The address of the request.' }),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = Readonly<z.infer<typeof ProblemDocument>>;
