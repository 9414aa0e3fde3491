/** The progress of a client: in the log, and in the execution's telemetry. Positions are valid in one epoch only. */
export type LiveCursor = Readonly<{ epoch: string; position: number; sequence: number }>;

const WIRE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,15})-(\d{1,15})$/;

/** The id of a frame, which clients send back as `Last-Event-ID`. */
export const formatCursor = ({ epoch, position, sequence }: LiveCursor): string => `${epoch}.${position}-${sequence}`;

/** `undefined` for any other text: the client then begins with a snapshot. */
export function parseCursor(text: string | undefined): LiveCursor | undefined {
  const [, epoch, position, sequence] = WIRE.exec(text ?? '') ?? [];
  if (!epoch || !position || !sequence) return undefined;
  return { epoch, position: Number(position), sequence: Number(sequence) };
}
