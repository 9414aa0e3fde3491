import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { jsonBytes, NO_USAGE, type AnyContract, type Event, type EventMessage, type Usage } from '@syntropic/kernel';
import { acceptedBy } from '@syntropic/kernel/testing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';

const ROUNDS = 16;
const SIZE = { items: 4, characters: 3_000 };
const SEED = 20_261_126;
/** The log takes events of 2 MiB; the rest is room for ids. */
const LARGE = { most: 2_000_000, other: 60_000 };

/** For each contract an event of each of its types, in the declared order: the first one creates what the others change. */
export type Round = readonly (readonly Event[])[];

/** The ids of one round, by the names of the fields that hold them. */
export function idsOfRound() {
  const digits = randomUUID().replaceAll('-', '');
  return {
    executionId: `exec-${digits.slice(0, 12)}`,
    workflowId: `w-${digits.slice(0, 12)}`,
    phaseId: 'plan',
    sessionId: randomUUID(),
    workspaceId: randomUUID(),
    artifactId: randomUUID(),
    uri: `sha256:${digits}${digits}`,
    organizationId: `org-${digits.slice(0, 8)}`,
    systemId: `sys-${digits.slice(0, 8)}`,
    repoId: `repo-${digits.slice(0, 8)}`,
  };
}
export type Ids = ReturnType<typeof idsOfRound>;

/** The event of a round, about the round's own aggregates. */
export function withIds(ids: Ids, { type, data }: Event): Event {
  const own = Object.entries(ids).filter(([field]) => field in data);
  const { phases } = data as { phases?: readonly { phaseId: string }[] };
  const named = phases && {
    phases: phases.map((phase, index) => (index === 0 ? { ...phase, phaseId: 'plan' } : phase)),
  };
  return { type, data: { ...data, ...Object.fromEntries(own), ...named } };
}

const eventsOf = ({ events }: AnyContract): fc.Arbitrary<readonly Event[]> =>
  fc.tuple(
    ...Object.values(events).map(({ type, schema }) => acceptedBy(schema, SIZE).map((data): Event => ({ type, data }))),
  );

const ordinary: readonly Round[] = fc.sample(fc.tuple(...CONTRACTS.map((contract) => eventsOf(contract))), {
  numRuns: ROUNDS,
  seed: SEED,
});

const MESSAGES = new Map(
  CONTRACTS.flatMap(({ events }) => Object.values<EventMessage>(events)).map((message) => [message.type, message]),
);

const isAccepted = ({ type, data }: Event): boolean => MESSAGES.get(type)?.schema.safeParse(data).success === true;

const mapped = (round: Round, change: (event: Event, index: number) => Event): Round =>
  round.map((events) =>
    events.map((event, index) => {
      const changed = change(event, index);
      return isAccepted(changed) ? changed : event;
    }),
  );

type Path = readonly (string | number)[];

/** The texts and lists of a value; of a list, the ones in its first item. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [path, ...placesIn(value[0], [...path, 0])];
  return Object.entries(value).flatMap(([field, inner]) => placesIn(inner, [...path, field]));
}

const UNITS = ['x', '"', '\u0001', 'é', '😀'] as const;

/** A text or a list of so many bytes as JSON, or the value where it has more. */
function widened(value: unknown, bytes: number, unit: string): unknown {
  if (typeof value === 'string') return unit.repeat(Math.floor(bytes / (Buffer.byteLength(JSON.stringify(unit)) - 2)));
  const items = value as readonly unknown[];
  const times = Math.max(1, Math.floor(bytes / (jsonBytes(items) + 1)));
  return Array.from({ length: times }, () => items).flat();
}

function changedAt(value: unknown, [field, ...rest]: Path, change: (inner: unknown) => unknown): unknown {
  if (field === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item: unknown, at) => (at === field ? changedAt(item, rest, change) : item));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [field]: changedAt(fields[field], rest, change) };
}

/** The event with its texts and lists as long as its contract takes them, up to so many bytes together. */
function large(event: Event, bytes: number): Event {
  const places = placesIn(event.data);
  const widenedBy = (before: Event, path: Path, more: (size: number) => number) => {
    const unit = UNITS[places.indexOf(path) % UNITS.length] ?? 'x';
    const change = (inner: unknown) => widened(inner, more(Buffer.byteLength(JSON.stringify(inner))), unit);
    const changed = { type: event.type, data: changedAt(before.data, path, change) as Event['data'] };
    return isAccepted(changed) && jsonBytes(changed.data) <= bytes ? changed : before;
  };
  const shared = places.reduce((before, path) => widenedBy(before, path, () => bytes / places.length / 2), event);
  // Bounded places leave room for the others.
  return places.reduce(
    (before, path) => widenedBy(before, path, (size) => size + bytes - jsonBytes(before.data) - 10),
    shared,
  );
}

const MODEL = {
  inputTokens: Number.MAX_SAFE_INTEGER,
  outputTokens: Number.MAX_SAFE_INTEGER,
  cacheCreationTokens: Number.MAX_SAFE_INTEGER,
  cacheReadTokens: Number.MAX_SAFE_INTEGER,
  costUsd: '9'.repeat(40),
};

/** Sums of two such usages, and of its models, are beyond what numbers and columns hold. */
const MOST_USAGE: Usage = {
  ...NO_USAGE,
  byModel: { one: MODEL, other: MODEL },
  costUsd: '9'.repeat(40),
  toolCalls: Number.MAX_SAFE_INTEGER,
  failedTools: Number.MAX_SAFE_INTEGER,
  subagents: Number.MAX_SAFE_INTEGER,
  turns: Number.MAX_SAFE_INTEGER,
  durationMs: Number.MAX_SAFE_INTEGER,
};

const extreme = ({ type, data }: Event): Event => ({
  type,
  data: 'usage' in data ? { ...data, usage: MOST_USAGE } : data,
});

const [first = []] = ordinary;

/** Rounds of fixed seeds, by name. */
export const ROUNDS_BY_NAME: readonly (readonly [string, Round])[] = [
  ...ordinary.map((round, index) => [`round ${index}`, round] as const),
  ['the largest sums', mapped(first, extreme)],
  ['the largest texts', mapped(first, (event, index) => large(event, index % 4 === 0 ? LARGE.most : LARGE.other))],
];
