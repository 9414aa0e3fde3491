/** Tools that are remembered: an agent may invent any number. */
const MAX_TOOLS = 10_000;

/** The tools of agents that start sub-agents: they do nothing themselves. */
export const LAUNCHERS: ReadonlySet<string> = new Set(['Task', 'Agent']);

/** A tool, as an agent's hook describes it. */
export type AskedTool = Readonly<{
  id: string;
  name: string | undefined;
  /** The sub-agent that uses it; undefined for the agent itself. */
  agentId: string | undefined;
}>;

/** The tools of a session that were let go and have not ended, apart from those that start sub-agents. */
export class RunningTools {
  readonly #agents = new Map<string, string | undefined>();
  #areAsked = false;

  /** True for an agent that asks before its tools: one that it has not asked for does not run. */
  get areAsked(): boolean {
    return this.#areAsked;
  }

  get ids(): readonly string[] {
    return [...this.#agents.keys()];
  }

  get size(): number {
    return this.#agents.size;
  }

  asked(): void {
    this.#areAsked = true;
  }

  begin({ id, name = '', agentId }: AskedTool): void {
    if (this.#agents.size < MAX_TOOLS && !LAUNCHERS.has(name)) this.#agents.set(id, agentId);
  }

  /** To be called when a tool is known to have ended. */
  ended(id: string): void {
    this.#agents.delete(id);
  }

  /** To be called when a sub-agent calls its model, or has ended: none of its tools runs then, though the output may not tell. */
  endedIn(agentId: string | undefined): void {
    if (agentId === undefined) return;
    for (const [id, agent] of this.#agents) if (agent === agentId) this.#agents.delete(id);
  }
}
