import { agentSessions } from '@syntropic/agent-sessions/read-model';
import { artifacts } from '@syntropic/artifacts/read-model';
import { orchestration } from '@syntropic/orchestration/read-model';

/** The contexts whose read models this worker keeps. */
export const CONTEXTS = [orchestration, agentSessions, artifacts];
