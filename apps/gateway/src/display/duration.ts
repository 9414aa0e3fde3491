/** Seconds from the start to the end, or until now; `null` before the start. */
export function secondsBetween(startedAt: string | null, endedAt: string | null, now = Date.now()): number | null {
  if (startedAt === null) return null;
  const end = endedAt === null ? now : Date.parse(endedAt);
  return Math.max(0, end - Date.parse(startedAt)) / 1_000;
}
