import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { RateLimits } from '@syntropic/access';
import { HealthModule, MetricsModule } from '@syntropic/observability';
import type { Redis } from 'ioredis';
import { tmpdir } from 'node:os';
import { Pool } from 'pg';
import { Authentication, REQUESTS_PER_MINUTE } from './access/authentication';
import { GateHook } from './access/gate-hook';
import { KeysModule } from './access/keys.module';
import { OidcLogins } from './access/oidc-logins';
import { RefusedRequestLog } from './access/refused-request-log';
import { RequestGate } from './access/request-gate';
import { RouteAccess } from './access/route-access';
import { WatchedStreams } from './access/watched-streams';
import { ArtifactBytes } from './artifacts/artifact-bytes';
import { ArtifactChanges } from './artifacts/artifact-changes';
import { ArtifactChangesController } from './artifacts/artifact-changes.controller';
import { ArtifactsController } from './artifacts/artifacts.controller';
import { ContentRemoval } from './artifacts/content-removal';
import { Uploads, UPLOADS_PARENT } from './artifacts/uploads';
import { asyncApiDocument } from './asyncapi/asyncapi-document';
import { AuditController } from './audit/audit.controller';
import { AuditLog } from './audit/audit-log';
import { Commands } from './commands/commands';
import { ConnectionsModule, NATS, REDIS } from './connections.module';
import { ExecutionController } from './executions/execution.controller';
import { Conversations } from './conversations/conversations';
import { ConversationSearchController } from './conversations/conversation-search.controller';
import { ConversationsController } from './conversations/conversations.controller';
import { CostRows } from './costs/cost-rows';
import { CostSummaryController } from './costs/cost-summary.controller';
import { CostsController } from './costs/costs.controller';
import { UsageTotalsReader } from './costs/usage-totals';
import { EventsController } from './events/events.controller';
import { MetricsController } from './metrics/metrics.controller';
import { WorkspaceMetricsReader } from './metrics/workspace-metrics';
import { ObservabilityController } from './observability/observability.controller';
import { ExecutionRequestsController } from './executions/execution-requests.controller';
import { ExecutionDetails } from './executions/execution-details';
import { ForkPoints } from './executions/fork-points';
import { ExecutionsController } from './executions/executions.controller';
import { MessagesController } from './executions/messages.controller';
import { PastExecutions } from './executions/past-executions';
import { StartController } from './executions/start.controller';
import { UsageNow } from './executions/usage-now';
import type { GatewayConfig } from './gateway.config';
import { healthChecks, healthParts } from './health/health-checks';
import { SystemHealthController } from './health/health.controller';
import { GithubReposController } from './github/github-repos.controller';
import { WebhookSignature } from './github/webhook-signature';
import { WebhooksController } from './github/webhooks.controller';
import { KnownPaths } from './http/known-paths';
import { endpointsOf } from './http/serve';
import { Contributions } from './insights/contributions';
import { ExecutionFactsReader } from './insights/execution-facts';
import { HeatmapController } from './insights/heatmap.controller';
import { InsightsController } from './insights/insights.controller';
import { RepoExecutions } from './insights/repo-executions';
import { RepoInsightsController } from './insights/repo-insights.controller';
import { RepoRecordsController } from './insights/repo-records.controller';
import { Scopes } from './insights/scopes';
import { SystemInsightsController } from './insights/system-insights.controller';
import { SystemPatterns } from './insights/system-patterns';
import { Tallies } from './insights/tallies';
import { KeysController } from './keys/keys.controller';
import { StreamTokensController } from './live/stream-tokens.controller';
import { ActivityFeed } from './live/plain/activity-feed';
import { ActivityController } from './live/plain/activity.controller';
import { PlainConnections } from './live/plain/plain-connections';
import { PlainForm } from './live/plain/plain-form';
import { PlainFrames } from './live/plain/plain-frames';
import { PlainStreamController } from './live/plain/plain-stream.controller';
import { InitialSnapshot } from './live/initial-snapshot';
import { LiveBus } from './live/live-bus';
import { LiveStreams } from './live/live-streams';
import { LiveTables } from './live/live-tables';
import { LiveController } from './live/live.controller';
import { OpenConnections } from './live/open-connections';
import { DocsAssets } from './openapi/docs/docs-assets';
import { DocsController } from './openapi/docs/docs.controller';
import { openApiDocument } from './openapi/openapi-document';
import { API_DOCUMENTS, ApiDocumentsController, type ApiDocuments } from './openapi/api-documents.controller';
import { OPERATOR } from './operator/operator.controllers';
import { OrganizationsController } from './organizations/organizations.controller';
import { ProblemFilter } from './problems/problem.filter';
import { KeptReplies } from './reads/kept-replies';
import { RowLookup } from './reads/row-lookup';
import { RepoAssignmentsController } from './repos/repo-assignments.controller';
import { ReposController } from './repos/repos.controller';
import { ExecutionsInScope } from './roll-ups/executions-in-scope';
import { RollUpsController } from './roll-ups/roll-ups.controller';
import { ObservedSessions } from './sessions/observed-sessions';
import { SessionEvents } from './sessions/session-events';
import { SessionRecordController } from './sessions/session-record.controller';
import { SessionsController } from './sessions/sessions.controller';
import { Transcripts } from './sessions/transcripts';
import { SystemsController } from './systems/systems.controller';
import { WorkflowChanges } from './workflows/workflow-changes';
import { WorkflowPackagesController } from './workflows/workflow-packages.controller';
import { TriggerRequestsController } from './triggers/trigger-requests.controller';
import { TriggersController } from './triggers/triggers.controller';
import { WorkflowsController } from './workflows/workflows.controller';
import { COMPILED_YAML_PROGRAM, WorkflowYamlThread, YAML_PROGRAM } from './workflows/yaml/workflow-yaml-thread';

const VERSION = '0.1.0';

/** The controllers of the endpoints below `/api`. */
export const API = [
  WorkflowsController,
  WorkflowPackagesController,
  StartController,
  ExecutionsController,
  ExecutionController,
  ExecutionRequestsController,
  MessagesController,
  SessionsController,
  SessionRecordController,
  EventsController,
  ObservabilityController,
  RollUpsController,
  ConversationSearchController,
  ConversationsController,
  CostSummaryController,
  CostsController,
  MetricsController,
  ArtifactsController,
  ArtifactChangesController,
  LiveController,
  PlainStreamController,
  ActivityController,
  StreamTokensController,
  ...OPERATOR,
  KeysController,
  AuditController,
  SystemHealthController,
  OrganizationsController,
  SystemsController,
  ReposController,
  RepoAssignmentsController,
  TriggersController,
  TriggerRequestsController,
  GithubReposController,
  WebhooksController,
  RepoInsightsController,
  RepoRecordsController,
  SystemInsightsController,
  InsightsController,
  HeatmapController,
];

/** The access of every route that is served. */
export const ROUTES = new RouteAccess(endpointsOf(API));

/** Nothing where no provider is configured. */
function oidcOf({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_ROLES_CLAIM, OIDC_ROLES }: GatewayConfig): Provider[] {
  if (OIDC_ISSUER === undefined) return [];
  const settings = { issuer: OIDC_ISSUER, audience: OIDC_AUDIENCE, rolesClaim: OIDC_ROLES_CLAIM, roles: OIDC_ROLES };
  return [{ provide: OidcLogins, useFactory: () => new OidcLogins(settings) }];
}

const apiDocuments = (): ApiDocuments => ({
  openapi: openApiDocument(endpointsOf(API), VERSION),
  asyncapi: asyncApiDocument(VERSION),
});

/** The parts of live streams. */
const LIVE = [
  ActivityFeed,
  LiveBus,
  InitialSnapshot,
  LiveStreams,
  LiveTables,
  OpenConnections,
  PlainConnections,
  PlainForm,
  PlainFrames,
];

/** The parts that store, serve and remove the content of artifacts. */
const ARTIFACTS = [
  ArtifactBytes,
  ArtifactChanges,
  ContentRemoval,
  { provide: UPLOADS_PARENT, useFactory: () => tmpdir() },
  Uploads,
];

@Module({})
export class AppModule {
  static of(config: GatewayConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConnectionsModule.of(config),
        KeysModule,
        HealthModule.register({ inject: [Pool, NATS, REDIS], checks: healthChecks, parts: healthParts }),
        MetricsModule.register('gateway'),
      ],
      controllers: [DocsController, ApiDocumentsController, ...API],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: RouteAccess, useValue: ROUTES },
        { provide: REQUESTS_PER_MINUTE, useValue: config.REQUESTS_PER_MINUTE },
        { provide: RateLimits, inject: [REDIS], useFactory: (redis?: Redis) => new RateLimits(redis) },
        ...oidcOf(config),
        Authentication,
        AuditLog,
        WatchedStreams,
        RequestGate,
        RefusedRequestLog,
        GateHook,
        { provide: KnownPaths, useFactory: () => new KnownPaths(endpointsOf(API)) },
        { provide: API_DOCUMENTS, useFactory: apiDocuments },
        { provide: YAML_PROGRAM, useValue: COMPILED_YAML_PROGRAM },
        WorkflowYamlThread,
        WorkflowChanges,
        DocsAssets,
        RowLookup,
        KeptReplies,
        { provide: WebhookSignature, useFactory: () => new WebhookSignature(config.GITHUB_WEBHOOK_SECRET) },
        Commands,
        UsageNow,
        CostRows,
        UsageTotalsReader,
        WorkspaceMetricsReader,
        Conversations,
        Contributions,
        ExecutionFactsReader,
        RepoExecutions,
        Scopes,
        ExecutionsInScope,
        SystemPatterns,
        Tallies,
        ExecutionDetails,
        PastExecutions,
        ForkPoints,
        ...ARTIFACTS,
        ObservedSessions,
        SessionEvents,
        Transcripts,
        ...LIVE,
      ],
    };
  }
}
