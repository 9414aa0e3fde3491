/** Pauses between attempts that fail: the first, doubled after each further failure, up to the longest. */
export type BackOff = Readonly<{ firstMs: number; longestMs: number }>;

/** The pause after this many earlier failures, shortened by up to half at random, so that replicas do not retry in step. */
export const backOffMs = ({ firstMs, longestMs }: BackOff, failures: number): number =>
  Math.min(longestMs, firstMs * 2 ** failures) * (0.5 + Math.random() / 2);
