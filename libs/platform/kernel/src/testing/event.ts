import type { DataOf, EventMessage, InputOf } from '../message';

/** An event with data of its contract: data that does not follow the schema, or has further fields, fails the test. */
export const event = <M extends EventMessage>(
  message: M,
  data: InputOf<M>,
): Readonly<{ type: M['type']; data: DataOf<M> }> => ({
  type: message.type,
  // Strictness changes what is refused, not the parsed type.
  data: message.schema.strict().parse(data) as DataOf<M>,
});
