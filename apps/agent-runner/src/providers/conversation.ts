/** The first message of a leg that continues a conversation. */
export const CONTINUE =
  'You were paused and go on now. A tool that was interrupted has not been run again: look at its effects before you repeat it.';

/** The author of commits, unless the agent names another. */
export const GIT_CONFIG = '[user]\n\tname = Agent\n\temail = agent@workspace.invalid\n';
