import { textOf } from './answers/dialect';
import { fieldsOf } from './fields-of';
import type { JsonFields } from './json-fields';
import type { Operation } from './operations';

/** The body of a call, with the model and the length of answer that it names. */
export type RequestDocument = Readonly<{
  body: Buffer;
  model: string | undefined;
  maxOutputTokens: number | undefined;
}>;

/**
 * The body as it is passed on: a stream is made to tell its usage at its end, and an answer has at most the session's tokens.
 * @param mostTokens of an answer; undefined for a session without such a limit
 */
export async function requestDocument(
  body: Buffer,
  operation: Operation,
  mostTokens: number | undefined,
): Promise<RequestDocument> {
  const fields = await fieldsOf(body, ['model', 'stream', 'stream_options', ...operation.limits]);
  const changed = { ...usageAsked(operation, fields), ...limited(operation, fields, mostTokens) };
  const maxOutputTokens = operation.limits.map((name) => changed[name] ?? fields.get(name)).find(isCount);
  return { body: withFields(body, fields, changed), model: textOf(fields.get('model')), maxOutputTokens };
}

type Changes = Readonly<Record<string, unknown>>;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function usageAsked({ dialect }: Operation, fields: JsonFields): Changes {
  if (!dialect.mustAskForUsage || fields.get('stream') !== true) return {};
  const options = fields.get('stream_options');
  return { stream_options: { ...(typeof options === 'object' ? options : {}), include_usage: true } };
}

/** Every limit that the request names is held, and one that it lacks is added. */
function limited({ limits }: Operation, fields: JsonFields, most: number | undefined): Changes {
  const [first] = limits;
  if (most === undefined || first === undefined) return {};
  const named = limits.filter((name) => fields.span(name) !== undefined);
  const exceeded = named.filter((name) => {
    const asked = fields.get(name);
    return !isCount(asked) || asked > most;
  });
  return Object.fromEntries((named.length > 0 ? exceeded : [first]).map((name) => [name, most]));
}

/** The same document with these fields, in their places or at its end. Text that is no object stays as it is. */
function withFields(body: Buffer, fields: JsonFields, changed: Changes): Buffer {
  const { end } = fields;
  if (end === undefined) return body;
  const edits = Object.entries(changed).map(([name, value]) => {
    const span = fields.span(name);
    const text = JSON.stringify(value);
    return span ? { ...span, text } : { start: end, end, text: `,"${name}":${text}` };
  });
  const parts: Buffer[] = [];
  let from = 0;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(body.subarray(from, edit.start), Buffer.from(edit.text));
    from = edit.end;
  }
  return Buffer.concat([...parts, body.subarray(from)]);
}
