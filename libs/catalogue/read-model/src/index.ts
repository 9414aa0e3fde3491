import { agentSessions } from '@syntropic/agent-sessions/read-model';
import { artifacts } from '@syntropic/artifacts/read-model';
import { orchestration } from '@syntropic/orchestration/read-model';

/** Every read model, context by context. A spec compares the list with the folders. */
export const READ_MODELS = [orchestration, agentSessions, artifacts].flat();
