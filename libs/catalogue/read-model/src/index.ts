import { agentSessions, sessionWireEvents } from '@syntropic/agent-sessions/read-model';
import { artifacts, artifactWireEvents } from '@syntropic/artifacts/read-model';
import { executionWireEvents, orchestration } from '@syntropic/orchestration/read-model';
import { organization } from '@syntropic/organization/read-model';

/** Every read model, context by context. A spec compares the list with the folders. */
export const READ_MODELS = [orchestration, agentSessions, artifacts, organization].flat();

/** Every event that clients of unnamed frames know. A spec compares the list with the folders. */
export const WIRE_EVENTS = [executionWireEvents, sessionWireEvents, artifactWireEvents].flat();
