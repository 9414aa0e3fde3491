import { auditCommands, keyCommands } from '@syntropic/access';
import { agentSession, quarantineCommands } from '@syntropic/agent-sessions/contracts';
import { artifact, content } from '@syntropic/artifacts/contracts';
import { delivery, installation, triggerRule } from '@syntropic/github/contracts';
import type { CommandMessage } from '@syntropic/kernel';
import { deadLetterCommands } from '@syntropic/messaging';
import { budget, work, workflowExecution, workflowTemplate, workspace } from '@syntropic/orchestration/contracts';
import { organization, repo, system } from '@syntropic/organization/contracts';
import { processCommands } from '@syntropic/processes';
import { projectionCommands } from '@syntropic/projections';

/** The contract of every aggregate. A spec compares the list with the folders. */
export const CONTRACTS = [
  workflowTemplate,
  workflowExecution,
  workspace,
  agentSession,
  artifact,
  content,
  organization,
  system,
  repo,
  installation,
  triggerRule,
  delivery,
] as const;

/** Commands that belong to no aggregate: those of operators and gateways, and those between runners and command-service. */
const OPERATORS = [
  projectionCommands,
  processCommands,
  deadLetterCommands,
  quarantineCommands,
  keyCommands,
  auditCommands,
];
const RUNNERS = [work, budget];

const messagesOf = (groups: readonly Readonly<Record<string, CommandMessage>>[]) =>
  groups.flatMap((group) => Object.values(group));

/** Every command there is. */
export const COMMANDS: readonly CommandMessage[] = messagesOf([
  ...CONTRACTS.map(({ commands }) => commands),
  ...OPERATORS,
  ...RUNNERS,
]);
