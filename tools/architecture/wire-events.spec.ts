import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { WIRE_EVENTS } from '@syntropic/catalogue/read-model';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LIBS = join(__dirname, '../../libs');

const FILES = readdirSync(LIBS).flatMap((context) => {
  const folder = join(LIBS, context, 'read-model/src');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return files.filter((file) => file.endsWith('.wire.ts')).map((file) => [`${context}/${file}`, join(folder, file)]);
});

const listed: ReadonlySet<unknown> = new Set(WIRE_EVENTS);

describe('the events for clients of unnamed frames', () => {
  it.each(FILES)('have the translations of %s', async (_, path = '') => {
    const declared = Object.values((await import(path)) as object).flat();

    expect(declared).not.toEqual([]);
    expect(declared.filter((event) => !listed.has(event))).toEqual([]);
  });

  it('have one translation for each event, and the event exists', () => {
    const types = WIRE_EVENTS.map(({ type }) => type);
    const declared = CONTRACTS.flatMap(({ events }) => Object.keys(events));

    expect(types).toEqual([...new Set(types)]);
    expect(declared).toEqual(expect.arrayContaining(types));
  });
});
