import { outputOf, type Plan, type PlannedSession, type Provider, type SessionPlaces } from '../providers';
import type { CallGuard } from '../model-gateway/call-guard';
import { withForwarder, type SessionSocket, type SessionSockets } from '../session-socket';
import type { Backend, Workspace, WorkspaceSpec } from '../workspaces';
import type { Outline } from './agent-output';
import type { Graces } from './graceful-kill';
import type { OutputLimits } from './output-budget';
import { runnerNotice } from './runner-notice';
import { SessionRun } from './session-run';
import { Spool } from './spool';
import { goneNotice, restoreWorkspace, setUpWorkspace, type WorkspaceContents } from './workspace-setup';

export interface SessionSpec {
  readonly provider: Provider;
  readonly session: PlannedSession;
  readonly sockets: SessionSockets;
  readonly guards?: readonly CallGuard[] | undefined;
  readonly backend: Backend;
  /** Its directory also holds the spool. */
  readonly workspace: WorkspaceSpec;
  readonly contents: WorkspaceContents;
  /** Fills the workspace of a parked session that is not on this machine. */
  readonly restore?: ((workspace: Workspace) => Promise<void>) | undefined;
  readonly timeoutMs: number;
  readonly graces: Graces;
  readonly output?: OutputLimits | undefined;
  readonly outline: Outline;
  readonly onLimit?: ((resetsAt: number) => void) | undefined;
}

/**
 * Prepares the workspace and starts the agent in it.
 * @throws DomainError for faults that the workflow's author can correct
 */
export async function startSession(spec: SessionSpec): Promise<SessionRun> {
  const { directory } = spec.workspace;
  const { sessionId, leg, agent, maxTokens: maxOutputTokens } = spec.session;
  // An agent that runs is followed at once: what takes time comes before its start.
  const spool = await Spool.open(directory);
  try {
    const { egress } = agent;
    const { guards, sockets } = spec;
    const socket = await sockets.open({ sessionId, leg, directory, egress, spool, maxOutputTokens, guards });
    try {
      return await startIn(spec, socket, spool);
    } catch (error) {
      await socket.close();
      throw error;
    }
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function startIn(spec: SessionSpec, socket: SessionSocket, spool: Spool): Promise<SessionRun> {
  const { provider, backend, contents, timeoutMs, graces, output } = spec;
  const { leg, agent: configuration } = spec.session;
  const workspace = await backend.create({ ...spec.workspace, socket: socket.path });
  try {
    await spec.restore?.(workspace);
    await restoreWorkspace(workspace, contents);
    const plan = await planOf(spec, { home: workspace.home, socket: socket.path });
    const gone = await setUpWorkspace(workspace, { ...contents, home: plan.home, programs: plan.programs });
    if (gone.length > 0) {
      spool.append({ leg, at: new Date().toISOString(), stream: 'runner', text: runnerNotice(goneNotice(gone)) });
    }
    await workspace.handOver();
    contents.clone.signal?.throwIfAborted();
    const agent = workspace.spawn(plan.argv, { ...plan, keepsStdinOpen: plan.input !== undefined });
    const { diskBytes } = spec.workspace.limits;
    const outline = outputOf(configuration) === 'claude-stream-json' ? spec.outline : undefined;
    const { onLimit } = spec;
    const common = {
      leg,
      yields: provider.yields,
      canResume: provider.canResume,
      timeoutMs,
      graces,
      diskBytes,
      output,
      outline,
      onLimit,
    };
    return new SessionRun({ ...common, input: plan.input, socket }, workspace, agent, spool);
  } catch (error) {
    // Keeps the files of an earlier leg when the start of a later one fails.
    await (leg === 1 ? workspace.destroy() : workspace.release());
    throw error;
  }
}

/** Agents that may connect to other hosts, or speak only TCP, start behind a forwarder. */
async function planOf({ provider, session, sockets }: SessionSpec, places: SessionPlaces): Promise<Plan> {
  const plan = await provider.plan(session, places);
  const isProxy = sockets.hasEgress(session.agent.egress);
  return isProxy || plan.forwarder ? withForwarder(plan, places.socket, isProxy) : plan;
}
