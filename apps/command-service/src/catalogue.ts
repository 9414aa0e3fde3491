import { agentSessionsCommands } from '@syntropic/agent-sessions/contracts';
import { artifactsCommands } from '@syntropic/artifacts/contracts';
import type { CommandCatalogue } from '@syntropic/messaging';
import { orchestrationCommands, workCommands } from '@syntropic/orchestration/contracts';

/** Every command this service handles: by context, then by name. */
export const catalogue: CommandCatalogue = {
  orchestration: orchestrationCommands,
  'agent-sessions': agentSessionsCommands,
  artifacts: artifactsCommands,
  work: workCommands,
};
