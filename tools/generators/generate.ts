import { addAggregate, addContext, bothNames } from './aggregate';
import { Changes } from './changes';
import { addEndpoint } from './endpoint';
import { EVENTS_DOCUMENT, withContracts } from './events-document';
import { nameOf } from './names';
import { generateReadModel } from './read-model';

const USAGE = `usage:
  npm run generate -- context <name> [<first aggregate>]
  npm run generate -- aggregate <context>/<name>
  npm run generate -- read-model <context>/<name>
  npm run generate -- endpoint <context>/<name>
  npm run generate -- events`;

/** @returns the files made and edited, relative to the root */
export function generate(root: string, words: readonly string[]): Promise<readonly string[]> {
  const changes = new Changes(root);
  if (words.join(' ') !== 'events') return add(changes, words);
  changes.edit(EVENTS_DOCUMENT, withContracts);
  return changes.write();
}

async function add(changes: Changes, [kind, which, ...more]: readonly string[]): Promise<readonly string[]> {
  const [first, ...surplus] = more;
  if (!which || surplus.length > 0 || (first && kind !== 'context')) throw new Error(USAGE);

  switch (kind) {
    case 'context':
      addContext(changes, nameOf(which), first === undefined ? undefined : nameOf(first));
      return changes.write();
    case 'aggregate':
      addAggregate(changes, ...bothNames(which));
      return changes.write();
    case 'read-model':
      return generateReadModel(changes, ...bothNames(which));
    case 'endpoint':
      addEndpoint(changes, ...bothNames(which));
      return changes.write();
    case undefined:
    default:
      throw new Error(USAGE);
  }
}
