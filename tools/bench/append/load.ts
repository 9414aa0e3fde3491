/** One process that appends single events to new streams for a while: by group commit, or in the raw way. */
export type Load = Readonly<{
  url: string;
  way: 'group' | 'raw';
  /** How many appends wait for their answer at any time. */
  inFlight: number;
  connections: number;
  warmUpMs: number;
  measuredMs: number;
}>;

export type LoadAnswer = Readonly<{ appendsPerSecond: number }>;
