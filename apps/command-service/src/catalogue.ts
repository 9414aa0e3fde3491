import { agentSessionsCommands } from '@syntropic/agent-sessions/contracts';
import { artifactsCommands } from '@syntropic/artifacts/contracts';
import { deadLetterCommands, type CommandCatalogue } from '@syntropic/messaging';
import { orchestrationCommands, workCommands } from '@syntropic/orchestration/contracts';
import { processCommands } from '@syntropic/processes';
import { projectionCommands } from '@syntropic/projections';

/** Every command this service handles: by context, then by name. */
export const catalogue: CommandCatalogue = {
  orchestration: orchestrationCommands,
  'agent-sessions': agentSessionsCommands,
  artifacts: artifactsCommands,
  work: workCommands,
  projections: projectionCommands,
  processes: processCommands,
  'dead-letters': deadLetterCommands,
};
