import type { Recorded } from '@syntropic/kernel';

/** Names the events that a process carries out in order: those of an execution, else those of one stream (`execution-exec-…` is both). */
export const partitionOf = ({ metadata, stream }: Recorded): string =>
  metadata.executionId ?? stream.slice(stream.indexOf('-') + 1);
