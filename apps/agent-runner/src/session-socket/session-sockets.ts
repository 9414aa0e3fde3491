import type { OnApplicationShutdown } from '@nestjs/common';
import type { BlockList } from 'node:net';
import type { CallGuard } from '../model-gateway/call-guard';
import type { ModelGateway } from '../model-gateway/model-gateway';
import type { Spool } from '../session/spool';
import { ByteBudget } from './byte-budget';
import { Egress } from './egress';
import { HoldGate } from './hold-gate';
import { HostList } from './host-list';
import { MAX_BODY_BYTES } from './request-body';
import { removeSocket, socketPlace } from './socket-place';
import { RunningTools } from './running-tools';
import { SessionSocket } from './session-socket';
import { RunnerRecorder } from './runner-recorder';

/** Bodies of calls that wait or are being passed on, of one session and of all. */
const MAX_SESSION_BYTES = 2 * MAX_BODY_BYTES;
const MAX_BYTES = 8 * MAX_BODY_BYTES;

/** The hosts that a runner lets its agents connect to. */
export type EgressSettings = Readonly<{
  hosts: HostList;
  /** Networks of private addresses that agents may reach. */
  privateNetworks: BlockList;
}>;

type SocketOwner = Readonly<{
  sessionId: string;
  leg: number;
  /** The session's own directory, which no agent can enter. */
  directory: string;
  /** The workflow's list of hosts; undefined for a workflow that does not narrow the runner's. */
  egress: readonly string[] | undefined;
  spool: Pick<Spool, 'append'>;
  /** The most tokens of an answer of its models. */
  maxOutputTokens?: number | undefined;
  /** Guards of this session alone, asked after those of all sessions. */
  guards?: readonly CallGuard[] | undefined;
}>;

/** Opens the sockets of this runner's sessions. */
export class SessionSockets implements OnApplicationShutdown {
  readonly #bodies = new ByteBudget(MAX_BYTES);

  constructor(
    private readonly gateway: ModelGateway,
    private readonly egress: EgressSettings,
    private readonly guards: readonly CallGuard[] = [],
  ) {}

  /** Replaces the socket of an earlier leg. */
  async open({
    sessionId,
    leg,
    directory,
    egress,
    spool,
    maxOutputTokens,
    guards = [],
  }: SocketOwner): Promise<SessionSocket> {
    const { gateway } = this;
    const records = new RunnerRecorder(spool, leg);
    const { hosts, privateNetworks } = this.egress;
    const lists = egress ? [hosts, new HostList(egress)] : [hosts];
    return SessionSocket.open({
      path: await socketPlace(directory),
      session: {
        sessionId,
        maxOutputTokens,
        hold: new HoldGate(),
        tools: new RunningTools(),
        bodies: new ByteBudget(MAX_SESSION_BYTES, this.#bodies),
        records,
        guards: [...this.guards, ...guards],
      },
      gateway,
      egress: new Egress({ lists, privateNetworks }, records),
      remove: () => removeSocket(directory),
    });
  }

  /** The hosts that this runner allows. */
  get hosts(): readonly string[] {
    return this.egress.hosts.names;
  }

  /** True for a session whose agent may connect to at least one host. */
  hasEgress(egress: readonly string[] | undefined): boolean {
    return !this.egress.hosts.isEmpty && egress?.length !== 0;
  }

  onApplicationShutdown(): void {
    this.gateway.close();
  }
}
