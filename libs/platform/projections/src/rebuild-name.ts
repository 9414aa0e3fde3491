/** Ends the name of a projection that is folded anew beside the table that is read. */
export const REBUILD_SUFFIX = '_rebuild';

export const isRebuild = ({ name }: Readonly<{ name: string }>): boolean => name.endsWith(REBUILD_SUFFIX);

/** SQL: true for the checkpoint of a table that is not read yet. */
export const IS_REBUILD = `projection like '%\\_rebuild'`;
