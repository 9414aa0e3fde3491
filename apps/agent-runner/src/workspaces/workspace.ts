import type { Readable } from 'node:stream';

/** Upper bounds of a workspace's resources. For an absent one the runner's default applies, where the machine can hold it. */
export interface Limits {
  readonly memoryBytes?: number | undefined;
  readonly pids?: number | undefined;
  readonly cpus?: number | undefined;
  readonly diskBytes?: number | undefined;
  /** Files and directories, which occupy memory beside their contents. */
  readonly inodes?: number | undefined;
}
export type Limit = keyof Limits;

export interface WorkspaceSpec {
  readonly id: string;
  /** The workspace's own directory on the host. The backend chooses the names of the files in it. */
  readonly directory: string;
  readonly limits: Limits;
  readonly environment: Readonly<Record<string, string>>;
  /** The session socket on the host, which the agent can connect to; its path is the variable `SYN_RUNNER_SOCKET`. */
  readonly socket?: string | undefined;
}

/** The variable with the path of the session socket. */
export const SOCKET_VARIABLE = 'SYN_RUNNER_SOCKET';

/** Isolates agents from the machine and from each other. */
export interface Backend {
  readonly name: string;
  /** True for a kind of workspace that was not yet run on a machine of its own kind. */
  readonly isExperimental?: boolean;
  probe(): Promise<Probe>;
  /**
   * The most memory of this machine, in bytes, that a workspace with these limits can hold, the pages of its disk included; 0 where nothing
   * limits it, or where it holds none.
   * @throws DomainError `workspace.limit_not_held`
   */
  memoryOf(limits: Limits): Promise<number>;
  /**
   * Names the programs that its workspaces have: the same name for the same programs. What a set-up has made with them is used again only
   * where there is a name.
   */
  programs?(): Promise<string>;
  /** Opens a new workspace, or reopens a released one with its files. */
  create(spec: WorkspaceSpec): Promise<Workspace>;
}

export interface Probe {
  readonly available: boolean;
  /** Present when the backend is not available. */
  readonly reason?: string;
  /** The limits that the machine cannot hold: a workspace that asks for one is refused, a default is left out. */
  readonly unenforceable: readonly Limit[];
  /** The limits that the runner holds by looking from time to time: an agent can exceed one before it is ended for it. */
  readonly watched: readonly Limit[];
  /** True when the kernel filters the agent's system calls. */
  readonly seccomp: boolean;
}

export interface Workspace {
  /**
   * The agent's working directory, as the host sees it. Where programs run on other machines, it holds the files that go to the first
   * program, and those that each program has left when it has ended.
   */
  readonly directory: string;
  /** The agent's home, likewise. */
  readonly home: string;
  /** Makes the agent the owner of all files that the runner has put into the two directories. */
  handOver(): Promise<void>;
  spawn(argv: readonly Argument[], input: AgentInput): AgentProcess;
  /** Stops every process; resolves when all have stopped. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** The processes that the kernel has killed for want of memory since the workspace was opened; undefined when there are none. */
  outOfMemory(): Promise<OutOfMemory | undefined>;
  /** Looks at the limits that nothing else holds. Resolves with an excess as text; with undefined at the signal, or when all are held. */
  outgrown(signal: AbortSignal): Promise<string | undefined>;
  /** SIGINT and SIGTERM reach the agent and its children; SIGKILL ends every process and resolves when none is left. */
  signal(signal: AgentSignal): Promise<void>;
  /** Ends every process and keeps the files. */
  release(): Promise<void>;
  /** Ends every process and removes the files. */
  destroy(): Promise<void>;
}

export interface OutOfMemory {
  /** The workspace's own limit; absent when the memory of the machine, or of the runner, was exhausted. */
  readonly limitBytes?: number;
}

export type AgentSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** An argument of a command line: literal text, or a host file that the agent sees read-only at a path of the backend's choice. */
export type Argument = string | { readonly hostFile: string };

export interface AgentInput {
  readonly stdin: string;
  /** True: the input stays open behind `stdin`. */
  readonly keepsStdinOpen?: boolean;
  readonly env: Readonly<Record<string, Argument>>;
}

/** The standard input of an agent; what is written after the agent's exit is lost. */
export interface AgentStdin {
  write(text: string): void;
  end(): void;
}

export interface AgentProcess {
  readonly stdin: AgentStdin;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the agent has exited and every other process of its workspace was killed. */
  readonly exit: Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
