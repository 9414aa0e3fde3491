/** The moment so many seconds after another one, both as ISO 8601 text. */
export const secondsAfter = (time: string, seconds: number): string =>
  new Date(Date.parse(time) + seconds * 1_000).toISOString();
