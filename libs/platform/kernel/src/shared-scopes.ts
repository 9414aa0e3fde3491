import { repositoryKey } from './repository-name';

/** Scopes in which one context claims and another one demands that nothing is claimed. */

/** Each active trigger is claimed in the scope of its workflow. */
export const triggersOfWorkflow = (workflowId: string): string => `triggers-of-workflow/${workflowId}`;

/** Each active trigger is claimed in the scope of its repository on GitHub. */
export const triggersOfRepository = (fullName: string): string =>
  `triggers-of-repo/${repositoryKey('github', fullName)}`;
