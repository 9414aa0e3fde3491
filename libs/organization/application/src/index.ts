import { context } from '@syntropic/context';
import { Organization, Repo, System } from '@syntropic/organization/domain';
import { AssignRepoHandler } from './commands/assign-repo.handler';
import { CreateSystemHandler } from './commands/create-system.handler';
import { RegisterRepoHandler } from './commands/register-repo.handler';

export const organization = context({
  aggregates: [Organization, System, Repo],
  handlers: [CreateSystemHandler, RegisterRepoHandler, AssignRepoHandler],
});
