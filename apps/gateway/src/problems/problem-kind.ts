/** Status and title of a problem code. */
export type ProblemKind = Readonly<{ status: number; title: string }>;

export type ProblemKinds<Code extends string = string> = Readonly<Record<Code, ProblemKind>>;
