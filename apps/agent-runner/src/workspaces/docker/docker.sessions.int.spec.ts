import { describeWithAgent } from '@syntropic/testing';
import { useEngine } from '../../../test/container-engine.fixture';
import { itRunsClaude, itRunsSessions } from '../../../test/session-contract';
import { useSessions } from '../../../test/session.fixture';
import { describeWithBubblewrap, useDirectory } from '../../../test/workspace.fixture';

describeWithBubblewrap('a session in containers', () => {
  const directory = useDirectory();
  itRunsSessions(useSessions(useEngine(directory).backend(), directory));
});

describeWithAgent('claude', 'Claude Code in a container', () => {
  const directory = useDirectory();
  itRunsClaude(useSessions(useEngine(directory).backend(), directory), 'docker');
});
