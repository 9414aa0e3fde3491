import { textOf, type Dialect } from './answers/dialect';
import { fieldsOf } from './fields-of';
import type { JsonFields } from './json-fields';

/** The body of a call, with the model and the length of answer that it names. */
export type RequestDocument = Readonly<{
  body: Buffer;
  model: string | undefined;
  maxOutputTokens: number | undefined;
}>;

/** The fields of the APIs that limit an answer. */
const LIMITS = ['max_tokens', 'max_output_tokens', 'max_completion_tokens'];

/** The body as it is passed on: a stream is made to tell its usage at its end. */
export async function requestDocument(body: Buffer, dialect: Dialect): Promise<RequestDocument> {
  const fields = await fieldsOf(body, ['model', 'stream', 'stream_options', ...LIMITS]);
  const asks = dialect.mustAskForUsage && fields.get('stream') === true;
  const maxOutputTokens = LIMITS.map((name) => fields.get(name)).find(isCount);
  return { body: asks ? askingForUsage(body, fields) : body, model: textOf(fields.get('model')), maxOutputTokens };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function askingForUsage(body: Buffer, fields: JsonFields): Buffer {
  const options = fields.get('stream_options');
  const span = fields.span('stream_options');
  const end = fields.end;
  if (end === undefined) return body;
  const asked = JSON.stringify({ ...(typeof options === 'object' ? options : {}), include_usage: true });
  return span
    ? Buffer.concat([body.subarray(0, span.start), Buffer.from(asked), body.subarray(span.end)])
    : Buffer.concat([body.subarray(0, end), Buffer.from(`,"stream_options":${asked}`), body.subarray(end)]);
}
