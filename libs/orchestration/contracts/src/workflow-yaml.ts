import { isMap, isPair, isScalar, LineCounter, parseDocument, visit, type Document, type Scalar } from 'yaml';
import type { WorkflowId } from '@syntropic/kernel';
import type { z } from 'zod';
import { type WorkflowDefinition } from './workflow-definition';
import { definitionOf, WorkflowDocument } from './workflow-document';

/** A fault of a document and its location. Lines and columns count from 1. */
export type YamlFault = Readonly<{ field: string; message: string; line: number; column: number }>;

export type ParsedWorkflow =
  | Readonly<{ workflowId: WorkflowId; definition: WorkflowDefinition }>
  | Readonly<{ faults: readonly [YamlFault, ...YamlFault[]] }>;

/** Further faults are only counted. */
const MOST_FAULTS = 100;

/** Reads a workflow in the YAML format; every fault says its line and field. */
export function parseWorkflowYaml(text: string): ParsedWorkflow {
  const lines = new LineCounter();
  // The parser compares each key with all others, which takes minutes for very many keys.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });

  const read = contentOf(document, lines);
  const [first, ...others] = 'faults' in read ? read.faults : faultsOf(read.content, document, lines);
  if (first) return { faults: [first, ...others] };

  const parsed = WorkflowDocument.parse(document.toJS());
  return { workflowId: parsed.id, definition: definitionOf(parsed) };
}

type Read = Readonly<{ content: unknown } | { faults: readonly YamlFault[] }>;

/** Refuses documents whose aliases expand to very many nodes: they would exhaust memory. */
function contentOf(document: Document, lines: LineCounter): Read {
  if (document.errors.length > 0) {
    return { faults: limited(document.errors, ({ message, pos }) => faultAt(lines, pos[0], '', message)) };
  }
  const repeated = repeatedKeys(document);
  if (repeated.length > 0) {
    return {
      faults: limited(repeated, (key) => faultAt(lines, key.range?.[0] ?? 0, String(key.value), 'is there twice')),
    };
  }
  try {
    return { content: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { faults: [faultAt(lines, 0, '', error.message)] };
  }
}

function repeatedKeys(document: Document): readonly Scalar[] {
  const repeated: Scalar[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) repeated.push(key);
        seen.add(key.value);
      }
    },
  });
  return repeated;
}

function faultsOf(content: unknown, document: Document, lines: LineCounter): YamlFault[] {
  const result = WorkflowDocument.safeParse(content);
  if (result.success) return [];

  const found = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a field of this format' }));
  });
  return limited(found, ({ path, message }) => located(document, lines, path, message));
}

function limited<Found>(found: readonly Found[], toFault: (one: Found) => YamlFault): YamlFault[] {
  const faults = found.slice(0, MOST_FAULTS).map(toFault);
  const left = found.length - faults.length;
  return left > 0 ? [...faults, { field: '', message: `and ${left} more faults`, line: 1, column: 1 }] : faults;
}

function located(document: Document, lines: LineCounter, path: z.core.$ZodIssue['path'], message: string): YamlFault {
  const keys = path.filter((key) => typeof key !== 'symbol');
  return faultAt(lines, offsetOf(document, keys), fieldName(keys), message);
}

function faultAt(lines: LineCounter, offset: number, field: string, message: string): YamlFault {
  const { line, col } = lines.linePos(offset);
  return { field, message, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The offset of the named value; for a missing value, that of its nearest existing parent. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const upTo = path.slice(0, depth);
    const offset = keyOffset(document, upTo) ?? nodeOffset(document.getIn(upTo, true));
    if (offset !== undefined) return offset;
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1));
  return nodeOffset(pair?.key);
}

const nodeOffset = (node: unknown): number | undefined => (isMap(node) || isScalar(node) ? node.range?.[0] : undefined);

const fieldName = (path: readonly (string | number)[]): string =>
  path.reduce<string>((name, key) => (typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${key}` : key), '');
