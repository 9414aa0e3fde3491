import { z } from 'zod';

/** Present for an item of a list that has been cut. */
export const cutField = {
  truncated: z
    .literal(true)
    .optional()
    .meta({ description: 'Long texts of this item are cut, for a list has at most 4 MiB; its detail has them whole.' }),
};

export const cutMark = (row: object): Readonly<{ truncated?: true }> => ('is_cut' in row ? { truncated: true } : {});
