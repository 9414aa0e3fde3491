import type { Frame } from './event-stream';

const LONGEST_VALUE = 60;

/** A frame as one line for the terminal: when, what, and the plain values it carries. */
export function lineOf({ event, data }: Frame, at: Date): string {
  const values = Object.entries(objectOf(data)).flatMap(([name, value]) => {
    const text = plain(value);
    return text === undefined || isIdentifier(name) ? [] : [`${name} ${text}`];
  });
  return [`  ${at.toISOString().slice(11, 23)}`, event.padEnd(24), values.join(', ')].join('  ').trimEnd();
}

function objectOf(text: string): object {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : { value };
}

function plain(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

/** What ties rows together says nothing to a reader, except the phase. */
function isIdentifier(name: string): boolean {
  return name.endsWith('_id') && name !== 'phase_id';
}
