import { bodyText, idText, type StreamFrame } from './event-stream-text';
import { formatCursor } from './live-cursor';
import { afterEvent, type LiveEvent, type LiveNumbers } from './live-event';
import { changesTotals } from './live-totals';
import type { StreamForm } from './stream-form';

/** One event as a kind of client has it. */
export type EventText = Readonly<{ event: LiveEvent; frames: readonly Readonly<{ name: string; text: string }>[] }>;

/** Events that follow one another, made into text once for all watchers of one kind. */
export class LiveBatch {
  readonly #texts = new Map<StreamForm, readonly EventText[]>();
  readonly #bytes = new Map<StreamForm, Buffer>();
  /** The numbers after the last event. */
  readonly after: LiveNumbers;

  /** `before` are the numbers that a watcher has reached which knows all events before these. */
  constructor(
    private readonly execution: Readonly<{ executionId: string; epoch: string }>,
    readonly before: LiveNumbers,
    private readonly events: readonly LiveEvent[],
  ) {
    this.after = events.reduce(afterEvent, before);
  }

  get changesTotals(): boolean {
    return this.events.some(changesTotals);
  }

  /** All frames with their ids, for a watcher that has reached exactly `before`. */
  bytesFor(form: StreamForm): Buffer {
    return kept(this.#bytes, form, () => {
      let numbers = this.before;
      const texts = this.textsFor(form).flatMap(({ event, frames }) => {
        numbers = afterEvent(numbers, event);
        const id = form.hasIds ? idText(formatCursor({ epoch: this.execution.epoch, ...numbers })) : '';
        return frames.map(({ text }) => id + text);
      });
      return Buffer.from(texts.join(''));
    });
  }

  /** Each event by itself, without ids. */
  textsFor(form: StreamForm): readonly EventText[] {
    return kept(this.#texts, form, () =>
      this.events.map((event) => ({
        event,
        frames: form.framesOf(event, this.execution.executionId).map(named),
      })),
    );
  }
}

const named = (frame: StreamFrame) => ({ name: frame.event ?? '', text: bodyText(frame) });

function kept<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
