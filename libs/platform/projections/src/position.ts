import { DomainError } from '@syntropic/kernel';

/** A position in one log. On the wire `<epoch>.<position>`, opaque to clients. */
export type LogPosition = Readonly<{ epoch: string; position: number }>;

const WIRE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,15})$/;

export const formatPosition = ({ epoch, position }: LogPosition): string => `${epoch}.${position}`;

/** Reads `X-Min-Position`. */
export function parsePosition(text: string): LogPosition {
  const [, epoch, position] = WIRE.exec(text) ?? [];
  if (!epoch || !position) {
    throw new DomainError('position.malformed', 'not a position that a reply carried', 'invalid', 'X-Min-Position');
  }
  return { epoch, position: Number(position) };
}

/** The log was restored since this position was returned, so it has no meaning any more. */
export const otherEpoch = () =>
  new DomainError('position.other_epoch', 'the log was restored since this position was given', 'conflict');

/** The requested position has not been projected yet. HTTP answers 503 with Retry-After. */
export class ReadModelBehind extends Error {
  override readonly name = 'ReadModelBehind';
  readonly code = 'read_model.behind';

  constructor(projection: string, requested: number, reached: number) {
    super(`${projection} is at ${reached}, and ${requested} was requested`);
  }
}
