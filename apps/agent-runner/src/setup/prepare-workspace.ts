import type { Setup } from '@syntropic/orchestration/contracts';
import type { CallGuard } from '../model-gateway/call-guard';
import type { Plan } from '../providers';
import type { Spool } from '../session';
import type { ControlledRun } from '../session/controlled-run';
import { OUTPUT_LIMITS, type OutputLimits } from '../session/output-budget';
import { OutputSpooler } from '../session/output-spooler';
import { isPrepared, markPrepared, stageRepositories, type WorkspaceContents } from '../session/workspace-setup';
import { RunnerRecorder, withForwarder, type SessionSocket, type SessionSockets } from '../session-socket';
import type { Backend, Workspace, WorkspaceSpec } from '../workspaces';
import { closeSetup } from './close-setup';
import { Redactor } from './redactor';
import type { Secret } from './secret';
import { SetupOutput } from './setup-output';
import { SetupRun } from './setup-run';
import { SetupSnapshot } from './setup-snapshot';
import { snapshotKey } from './snapshot-key';
import type { Snapshots } from './snapshots';

export type SetupSpec = Readonly<{
  sessionId: string;
  leg: number;
  setup: Setup;
  backend: Backend;
  workspace: WorkspaceSpec;
  contents: WorkspaceContents;
  sockets: SessionSockets;
  /** Variables of the commands, and of nothing else. */
  secrets: readonly Secret[];
  snapshots: Snapshots;
  spool: Spool;
  output: OutputLimits | undefined;
  /** Called when there is something to be paused or ended. */
  begin: (run: ControlledRun) => void;
  /** Ends everything at once. */
  signal: AbortSignal;
}>;

type Opening = Readonly<{ workspace: Workspace; socket: SessionSocket; redactor: Redactor }>;

/** A set-up has no account that a call could be counted in. */
const NO_MODELS: CallGuard = {
  authorize: () => ({ status: 403, code: 'setup_calls_no_models', message: 'commands of a set-up call no models' }),
};

/**
 * Fills a workspace and runs its set-up, in an opening of its own: another socket and another network than its agent's. Nothing is kept
 * of a set-up that is parked; one that was done in an earlier leg is not repeated.
 * @throws DomainError for faults that the workflow's author can correct; the signal's reason when it is aborted
 */
export async function prepareWorkspace(spec: SetupSpec): Promise<'done' | 'parked'> {
  const { sockets, setup, sessionId, leg } = spec;
  const redactor = new Redactor(spec.secrets);
  const spool = redactedSpool(spec.spool, redactor);
  const { directory } = spec.workspace;
  const socket = await sockets.open({ sessionId, leg, directory, egress: setup.egress, spool, guards: [NO_MODELS] });
  try {
    const workspace = await spec.backend.create({ ...spec.workspace, socket: socket.path });
    const isDone = isPrepared(workspace);
    const end = isDone
      ? 'done'
      : await inOpening(spec, { workspace, socket, redactor }).catch(async (error: unknown) => {
          await workspace.destroy();
          throw error;
        });
    if (end === 'parked') await workspace.destroy();
    else await workspace.release();
    if (end === 'done' && !isDone) await markPrepared(workspace);
    return end;
  } finally {
    await socket.close();
  }
}

async function inOpening(spec: SetupSpec, { workspace, socket, redactor }: Opening): Promise<'done' | 'parked'> {
  const { setup, leg, spool, output = OUTPUT_LIMITS, contents, signal, begin } = spec;
  const records = new RunnerRecorder(redactedSpool(spool, redactor), leg);
  await stageRepositories(workspace, contents);
  const snapshot = await snapshotOf(spec, workspace, records);
  if (await snapshot?.restore()) return 'done';
  await workspace.handOver();
  signal.throwIfAborted();

  const run = new SetupRun({
    workspace,
    commands: setup.commands.map((command) => ({ command, plan: planOf(command, spec, socket) })),
    timeoutMs: setup.timeoutSeconds * 1_000,
    output: new SetupOutput(new OutputSpooler({ leg, spool, limits: output }), redactor),
    records,
    signal,
  });
  begin(run);
  const end = await Promise.race([run.finished, socket.fault]);
  if (end === 'parked') return end;
  await closeSetup(workspace, { secrets: spec.secrets, redactor, signal });
  await snapshot?.keep();
  return end;
}

/** Undefined where nothing is kept, or it is not known which programs the workspace has. */
async function snapshotOf(
  { snapshots, backend, setup, secrets, sockets, contents, signal, ...spec }: SetupSpec,
  workspace: Workspace,
  records: RunnerRecorder,
): Promise<SetupSnapshot | undefined> {
  const programs = await backend.programs?.();
  if (!snapshots.areKept || programs === undefined) return undefined;

  const { limits } = spec.workspace;
  const repositories = contents.repositories.map(({ url }) => url);
  const kind = { backend: backend.name, programs, limits, hosts: sockets.hosts };
  const key = await snapshotKey(snapshots.directory, { setup, ...kind, secrets, repositories, workspace });
  const commands = setup.commands.length;
  return new SetupSnapshot({ snapshots, key, workspace, contents, commands, records, signal });
}

/** Of a connection, for example, the host that a command has asked for is recorded. */
const redactedSpool = (spool: Spool, redactor: Redactor): Pick<Spool, 'append'> => ({
  append: (entry) => spool.append({ ...entry, text: redactor.text(entry.text) }),
});

/** Both streams of a command are one, so that its lines keep their order. */
function planOf(command: string, { setup, sockets, secrets }: SetupSpec, socket: SessionSocket): Plan {
  const env = Object.fromEntries(secrets.map(({ name, value }) => [name, value]));
  const plan: Plan = { argv: ['sh', '-ec', `exec 2>&1\n${command}`], stdin: '', env };
  return sockets.hasEgress(setup.egress) ? withForwarder(plan, socket.path, true) : plan;
}
