/** A JSON column for a select, without one of its fields where its text has more bytes than these. */
export const boundedJson = (column: string, field: string, bytes: number): string =>
  `case when octet_length(${column}::text) > ${bytes} then ${column}::jsonb - '${field}' else ${column}::jsonb end`;
