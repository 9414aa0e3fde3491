/** The task of one process: it appends single events to new streams, by group commit or in the raw way. */
export type Load = Readonly<{
  url: string;
  way: 'group' | 'raw';
  /** Appends that wait for their answer at any time. */
  inFlight: number;
  connections: number;
  warmUpMs: number;
  measuredMs: number;
}>;

export type LoadAnswer = Readonly<{ appendsPerSecond: number }>;
