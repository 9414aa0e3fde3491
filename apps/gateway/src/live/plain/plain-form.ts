import { Injectable } from '@nestjs/common';
import type { StreamFrame } from '../event-stream-text';
import type { LiveEvent } from '../live-event';
import type { StreamForm } from '../stream-form';
import { PlainFrames } from './plain-frames';
import { changeOperation, toolOperation } from './recorded-operations';

/** Frames without names and ids. These clients know the ends of tools, and no other telemetry. */
@Injectable()
export class PlainForm implements StreamForm {
  readonly hasIds = false;

  constructor(private readonly frames: PlainFrames) {}

  framesOf(event: LiveEvent, executionId: string): readonly StreamFrame[] {
    if (event.lane === 'totals') return [];
    const frames =
      event.lane === 'telemetry'
        ? [toolOperation(executionId, event.item)]
        : // The operation comes first, because these clients leave at the terminal frame.
          [changeOperation(executionId, event.item), this.frames.frameOf(event.item, executionId)];
    return frames.filter((frame) => frame !== undefined);
  }
}
