import { errorText, type Recorded } from '@syntropic/kernel';

/** An event that could not be carried out, as an operator sees it. */
export type EventFailure = Readonly<{
  /** Without data where that is too large to be shown. */
  event: Omit<Recorded, 'data' | 'metadata'> & Readonly<{ data: object | null }>;
  error: string;
}>;

const SHOWN_CHARACTERS = 16_384;

export const failureOf = ({ metadata: _, data, ...event }: Recorded, fault: unknown): EventFailure => ({
  event: { ...event, data: JSON.stringify(data).length > SHOWN_CHARACTERS ? null : data },
  error: errorText(`at ${event.position} (${event.type}): ${messageOf(fault)}`),
});

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
