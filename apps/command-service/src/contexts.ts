import { agentSessions } from '@syntropic/agent-sessions/application';
import { artifacts } from '@syntropic/artifacts/application';
import { github } from '@syntropic/github/application';
import { orchestration } from '@syntropic/orchestration/application';
import { organization } from '@syntropic/organization/application';

/** The contexts that this service runs: their commands, aggregates and processes derive from it. */
export const CONTEXTS = [orchestration, agentSessions, artifacts, organization, github];
