import type { Readable } from 'node:stream';

/** What a workspace may use at most. What is absent is not limited. */
export interface Limits {
  readonly memoryBytes?: number | undefined;
  readonly pids?: number | undefined;
  readonly cpus?: number | undefined;
  readonly diskBytes?: number | undefined;
}
export type Limit = keyof Limits;

export interface WorkspaceSpec {
  readonly id: string;
  /** The workspace's own directory on the host: it keeps its files there, under names that only it knows. */
  readonly directory: string;
  readonly limits: Limits;
  readonly environment: Readonly<Record<string, string>>;
}

/** A way to keep agents apart from the machine and from each other. */
export interface Backend {
  readonly name: string;
  probe(): Promise<Probe>;
  /** Opens the workspace, or opens it again with the files that an earlier one left there. */
  create(spec: WorkspaceSpec): Promise<Workspace>;
}

export interface Probe {
  readonly available: boolean;
  /** Why not. */
  readonly reason?: string;
  readonly cannotHold: readonly Limit[];
}

export interface Workspace {
  /** The agent's working directory, as the host sees it. */
  readonly directory: string;
  /** Makes the agent the owner of all that the runner has put into the directory. */
  handOver(): Promise<void>;
  spawn(argv: readonly Argument[], input: AgentInput): AgentProcess;
  /** Stops every process; resolves when none runs any more. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** SIGINT and SIGTERM reach the agent and its children; SIGKILL ends every process and resolves when none is left. */
  signal(signal: AgentSignal): Promise<void>;
  /** Ends every process and keeps the files. */
  release(): Promise<void>;
  /** Ends every process and removes the files. */
  destroy(): Promise<void>;
}

export type AgentSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** A word of a command line: itself, or a file of the host that is shown to the agent read-only, wherever it appears inside. */
export type Argument = string | { readonly hostFile: string };

export interface AgentInput {
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface AgentProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the agent has ended and took every other process of its workspace with it. */
  readonly exit: Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
