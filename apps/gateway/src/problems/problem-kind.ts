/** What a code means over HTTP, whatever the single case is. */
export type ProblemKind = Readonly<{ status: number; title: string }>;

export type ProblemKinds = Readonly<Record<string, ProblemKind>>;
