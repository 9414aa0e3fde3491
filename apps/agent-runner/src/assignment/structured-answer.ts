import { deviationOf, type AgentConfiguration } from '@syntropic/orchestration/contracts';
import type { LegReport } from '@syntropic/telemetry';
import { ARTIFACT_LIMITS, type CollectedArtifacts } from '../session';
import type { Product } from './product';

/** The artifact with the answer of a phase that has an `output_schema`. */
const ANSWER_PATH = 'answer.json';

/** The agent's answer in the form that its configuration asks for; undefined where it asks for none. */
type StructuredAnswer = Readonly<{ value: unknown } | { deviation: string }>;

export function structuredAnswer(
  report: LegReport | undefined,
  agent: AgentConfiguration | undefined,
): StructuredAnswer | undefined {
  const schema = agent && 'outputSchema' in agent ? agent.outputSchema : undefined;
  if (!schema) return undefined;

  const value = report?.outcome?.structured;
  if (value === undefined) return { deviation: 'the agent has given no answer in the form of output_schema' };
  const deviation = deviationOf(schema, value);
  return deviation === undefined ? { value } : { deviation: `the answer does not fit output_schema: ${deviation}` };
}

type Products = Readonly<{ products: readonly Product[]; isTruncated: boolean }>;

/** The files of a session, and before them its answer, which takes the place of a file of the same name. */
export function productsOf(
  { files, isTruncated }: Pick<CollectedArtifacts, 'files' | 'isTruncated'>,
  answer: StructuredAnswer | undefined,
): Products {
  const left = files.map(({ path, absolutePath, seen }) => ({ path, source: { file: absolutePath, seen } }));
  if (!answer || 'deviation' in answer) return { products: left, isTruncated };

  const bytes = Buffer.from(JSON.stringify(answer.value, undefined, 2));
  const others = left.filter(({ path }) => path !== ANSWER_PATH);
  return {
    products: [{ path: ANSWER_PATH, source: bytes }, ...others.slice(0, ARTIFACT_LIMITS.files - 1)],
    isTruncated: isTruncated || others.length >= ARTIFACT_LIMITS.files,
  };
}
