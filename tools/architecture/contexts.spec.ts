import { CONTRACTS, COMMANDS } from '@syntropic/catalogue/contracts';
import { auditEntryProjection, READ_MODELS } from '@syntropic/catalogue/read-model';
import { commandsOf, contextOfAggregate } from '@syntropic/context';
import { DecidedByHandler, type CommandMessage } from '@syntropic/kernel';
import { messageOf } from '@syntropic/messaging';
import type { Projection } from '@syntropic/projections';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTEXTS } from '../../apps/command-service/src/contexts';
import { operator } from '../../apps/command-service/src/operator.handlers';
import { contexts as contextFolders } from '../nx/projects.cjs';

const LIBS = join(__dirname, '../../libs');
const RUN = [...CONTEXTS, operator];

type Contract = Readonly<{ aggregate: string }>;

const aggregates = CONTEXTS.flatMap((context) => context.aggregates);
const handled = RUN.flatMap(({ handlers }) => handlers.map(messageOf));

/** The source files of one part of each context, as `<context>/<file>`. */
function filesOf(part: string, suffix: string): readonly string[] {
  return contextFolders().flatMap((context) => {
    const folder = join(LIBS, context, part, 'src');
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
    return files.filter((file) => file.endsWith(suffix)).map((file) => `${context}/${file}`);
  });
}

function textOf(part: string, file: string): string {
  const [context = '', ...path] = file.split('/');
  return readFileSync(join(LIBS, context, part, 'src', ...path), 'utf8');
}

/** Libraries export the definitions that services run; one that is not exported never runs. */
async function exportedBy<T>(part: string, isDefinition: (value: unknown) => value is T): Promise<readonly T[]> {
  const libraries = contextFolders().filter((context) => existsSync(join(LIBS, context, part)));
  const modules = await Promise.all(
    libraries.map(
      (context) => import(join(LIBS, context, part, 'src/index.ts')) as Promise<Readonly<Record<string, unknown>>>,
    ),
  );
  return modules.flatMap((exported) => Object.values(exported).flat()).filter(isDefinition);
}

/** Names are compared: a difference of whole definitions takes minutes to print. */
const namesIn = <T>(definitions: readonly T[], nameOf: (definition: T) => string): readonly string[] =>
  [...new Set(definitions)].map(nameOf).sort();

const hasKey = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && key in value;

describe('the lists', () => {
  it('have every context that has a folder', () => {
    expect([...new Set(aggregates.map(({ contract }) => contract.context))].sort()).toEqual(
      contextFolders().slice().sort(),
    );
  });

  it('have every contract', async () => {
    const exported = await exportedBy(
      'contracts',
      (value): value is Contract => hasKey(value, 'aggregate') && hasKey(value, 'refusals'),
    );
    const nameOf = ({ aggregate }: Contract) => aggregate;

    expect(namesIn(exported, nameOf)).toEqual(namesIn(CONTRACTS, nameOf));
    expect(
      namesIn(
        aggregates.map(({ contract }) => contract),
        nameOf,
      ),
    ).toEqual(namesIn(CONTRACTS, nameOf));
  });

  it('have every read model', async () => {
    const exported = await exportedBy('read-model', (value): value is Projection => hasKey(value, 'foldOf'));
    const nameOf = ({ name, version }: Projection) => `${name} v${version}`;

    expect(namesIn([...exported, auditEntryProjection], nameOf)).toEqual(namesIn(READ_MODELS, nameOf));
    // That of the audit is of all contexts.
    expect(READ_MODELS).toHaveLength(filesOf('read-model', '.projection.ts').length + 1);
  });

  it('have every process and every handler', () => {
    const processes = CONTEXTS.flatMap((context) => context.processes);

    expect(processes).toHaveLength(filesOf('application', '.process.ts').length);
    const handlers = CONTEXTS.flatMap((context) => context.handlers);
    const declared = filesOf('application', '.ts').flatMap(
      (file) => textOf('application', file).match(/^@Handles\(/gm) ?? [],
    );
    expect(handlers).toHaveLength(declared.length);
  });
});

describe('commands', () => {
  it('of the catalogue are those that command-service takes', () => {
    const nameOf = ({ context, type }: CommandMessage) => `${context}.${type}`;

    expect(namesIn(commandsOf(RUN), nameOf)).toEqual(namesIn(COMMANDS, nameOf));
  });

  it.each(commandsOf(RUN).map((message) => [`${message.context}.${message.type}`, message] as const))(
    '%s has one handler',
    (_, message) => {
      const tables = aggregates.filter(({ contract }) => Object.values(contract.commands).includes(message));
      const decided = tables.filter(({ decisions }) => !(decisions[message.type] instanceof DecidedByHandler));

      expect(decided.length + handled.filter((one) => one === message).length).toBe(1);
    },
  );
});

describe('an aggregate', () => {
  const contextOf = contextOfAggregate(CONTEXTS);

  it.each(CONTRACTS.map(({ aggregate, context }) => [aggregate, context]))('%s belongs to %s', (name, context) => {
    expect(contextOf(name)).toBe(context);
    expect(name).not.toContain('-');
  });

  it('of no context has none', () => {
    expect(() => contextOf('no_such_aggregate')).toThrow('no context is known');
  });
});
