/** The bytes of a file from an offset on, up to another one. */
export type ByteRange = Readonly<{ from: number; until: number }>;

const SINGLE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/;

/** The range that a `Range` header asks for. Several ranges, and texts that are no range, stand for the whole file. */
export function byteRangeOf(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'not satisfiable' {
  const [, first, last, suffix] = SINGLE.exec(header?.trim() ?? '') ?? [];
  if (first === undefined && suffix === undefined) return 'whole';
  const range =
    first === undefined
      ? { from: Math.max(0, sizeBytes - Number(suffix)), until: sizeBytes }
      : { from: Number(first), until: Math.min(sizeBytes, last === undefined ? sizeBytes : Number(last) + 1) };
  if (last !== undefined && Number(last) < Number(first)) return 'whole';
  return range.from < range.until ? range : 'not satisfiable';
}
