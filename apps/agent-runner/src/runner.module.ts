import { Module, type DynamicModule } from '@nestjs/common';
import { CommandClient, natsOptions, natsUserIn } from '@syntropic/messaging';
import { openObjectStorage } from '@syntropic/object-storage';
import { NATS } from '@syntropic/service';
import { CollectorClient } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import { natsUrlOf, type RunnerConfig } from './agent-runner.variables';
import { AgentKinds } from './assignment/agent-kinds';
import { AssignmentFactory } from './assignment/assignment-factory';
import { PARSER_PROGRAM, ParserThread } from './assignment/parser-thread';
import { SessionObjectStorage } from './assignment/retrying-object-storage';
import { SessionCompletion } from './assignment/session-completion';
import { SessionDirectories } from './assignment/session-directories';
import { SessionLifecycle } from './assignment/session-lifecycle';
import { SessionObjects } from './assignment/session-objects';
import { SessionSetup } from './assignment/session-setup';
import { SessionStart } from './assignment/session-start';
import { SessionStarter } from './assignment/session-starter';
import { SessionTelemetry } from './assignment/session-telemetry';
import { WorkspaceRequests } from './assignment/workspace-requests';
import { backendsOf } from './backends-of';
import { SessionCheckpoints } from './checkpoints/session-checkpoints';
import { UnwantedCheckpoints } from './checkpoints/unwanted-checkpoints';
import {
  AGENT_PROGRAMS,
  BACKENDS,
  LEASE_TIMING,
  OBJECT_STORAGE,
  PARSER_WORKER,
  PROVIDERS,
  SETTINGS,
} from './injection-tokens';
import {
  CliProvider,
  CommandProvider,
  findAgentPrograms,
  providersOf,
  ReplayProvider,
  SimulatedProvider,
  type AgentPrograms,
  type Provider,
} from './providers';
import { sessionSocketsOf } from './session-sockets-of';
import { SessionSockets } from './session-socket';
import { snapshotsOf } from './snapshots-of';
import { Snapshots } from './setup/snapshots';
import { RepositoryTokens } from './setup/repository-tokens';
import { Setups } from './setup/setups';
import { RunnerSecrets } from './setup/runner-secrets';
import { AgentRunner, AgentRunnerTask } from './work/agent-runner';
import { Assignments } from './work/assignments';
import { BackendProbes } from './work/backend-probes';
import { HeldLimits } from './work/held-limits';
import { CapabilityProbe } from './work/capabilities';
import { ClaimNumbers } from './work/claim-numbers';
import { Claims } from './work/claims';
import { CommandConnection } from './work/command-connection';
import { DiskRoom } from './work/disk-room';
import { FoundPrograms } from './work/found-programs';
import { Leases, type LeaseTiming } from './work/leases';
import { MemoryRoom } from './work/memory-room';
import { OfferedSecrets } from './work/offered-secrets';
import { ParkedSessions } from './work/parked-sessions';
import { Room } from './work/room';
import { RunnerLog } from './work/runner-log';
import { RunnerMessages } from './work/runner-messages';
import { settingsOf, type RunnerSettings } from './work/runner-settings';
import { SessionCleanup } from './work/session-cleanup';
import { WorkIntake } from './work/work-intake';

const NAME = 'agent-runner';
const LEASE_TIMES: LeaseTiming = { renewMs: 3_000, uncertainAfterMs: 8_000 };

/** The parts that take all they need from others. */
const SERVICES = [
  AgentKinds,
  AgentRunner,
  AgentRunnerTask,
  AssignmentFactory,
  Assignments,
  BackendProbes,
  HeldLimits,
  CapabilityProbe,
  ClaimNumbers,
  Claims,
  CommandConnection,
  DiskRoom,
  FoundPrograms,
  Leases,
  MemoryRoom,
  OfferedSecrets,
  ParkedSessions,
  ParserThread,
  Room,
  RunnerLog,
  SessionCheckpoints,
  SessionCleanup,
  SessionCompletion,
  SessionDirectories,
  SessionLifecycle,
  SessionObjectStorage,
  SessionObjects,
  SessionSetup,
  SessionStart,
  SessionStarter,
  SessionTelemetry,
  Setups,
  UnwantedCheckpoints,
  WorkIntake,
  WorkspaceRequests,
];

/** The agent runner with the backends and providers that its configuration allows. */
@Module({})
export class RunnerModule {
  static of(config: RunnerConfig): DynamicModule {
    const bus = { url: natsUrlOf(config), name: NAME };
    const [user, { inboxPrefix }] = [natsUserIn(bus.url), natsOptions(bus)];
    return {
      module: RunnerModule,
      providers: [
        { provide: SETTINGS, useValue: settingsOf(config) },
        { provide: LEASE_TIMING, useValue: LEASE_TIMES },
        { provide: PARSER_WORKER, useValue: PARSER_PROGRAM },
        { provide: AGENT_PROGRAMS, useFactory: () => findAgentPrograms(config) },
        { provide: BACKENDS, useFactory: () => backendsOf(config) },
        {
          provide: PROVIDERS,
          inject: [AGENT_PROGRAMS],
          useFactory: (programs: AgentPrograms) => [...providersOf(programs), ...ownProviders(config)],
        },
        { provide: RunnerSecrets, useFactory: () => new RunnerSecrets(config.SECRETS_DIR) },
        { provide: Snapshots, useFactory: () => snapshotsOf(config) },
        {
          provide: RepositoryTokens,
          inject: [SETTINGS],
          useFactory: ({ github }: RunnerSettings) => new RepositoryTokens(config.REPOSITORY_TOKENS_DIR, github),
        },
        { provide: SessionSockets, useFactory: () => sessionSocketsOf(config) },
        { provide: OBJECT_STORAGE, useFactory: () => openObjectStorage(config) },
        { provide: CommandClient, useFactory: () => new CommandClient(bus, user) },
        {
          provide: RunnerMessages,
          inject: [NATS],
          useFactory: (nats: NatsConnection) => new RunnerMessages(nats, user),
        },
        {
          provide: CollectorClient,
          inject: [NATS],
          useFactory: (nats: NatsConnection) => new CollectorClient(nats, { inboxPrefix }),
        },
        ...SERVICES,
      ],
    };
  }
}

/** The providers that need no program of an agent's vendor. */
const ownProviders = ({ SYN_RECORDINGS_DIR: recordings }: RunnerConfig): readonly Provider[] => [
  new CliProvider(),
  new CommandProvider(),
  new SimulatedProvider(),
  ...(recordings ? [new ReplayProvider(recordings)] : []),
];
