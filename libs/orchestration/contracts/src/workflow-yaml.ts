import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  visit,
  type Pair,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import { isStorable, storableText, type WorkflowId } from '@syntropic/kernel';
import type { z } from 'zod';
import { type WorkflowDefinition } from './workflow-definition';
import { definitionOf, WorkflowDocument } from './workflow-document';
import { unknownPlaceholders, type UnknownPlaceholder } from './placeholders';
import { withPrompts } from './prompt-files';
import type { PackageFiles } from './workflow-package';
import { boundedDocument, YamlBoundExceeded } from './yaml-bounds';

/** A fault of a document and its location. Lines and columns count from 1. */
export type YamlFault = Readonly<{ field: string; message: string; line: number; column: number }>;

export type ParsedWorkflow =
  | Readonly<{ workflowId: WorkflowId; definition: WorkflowDefinition }>
  | Readonly<{ faults: readonly [YamlFault, ...YamlFault[]] }>;

/** Further faults are only counted. */
const MOST_FAULTS = 100;

/** The other files of a package, and the directory in it that has the document. */
export type DocumentPackage = Readonly<{ files: PackageFiles; directory: string }>;

/** Reads a workflow in the YAML format; every fault says its line and field. Prompts may be in files of its package. */
export function parseWorkflowYaml(text: string, from?: DocumentPackage): ParsedWorkflow {
  const lines = new LineCounter();
  try {
    return parsed({ document: boundedDocument(text, lines), lines, text }, from);
  } catch (error) {
    if (!(error instanceof YamlBoundExceeded)) throw error;
    return { faults: [faultAt(lines, error.offset, '', error.message)] };
  }
}

type Source = Readonly<{ document: Document; lines: LineCounter; text: string }>;

function parsed(source: Source, from?: DocumentPackage): ParsedWorkflow {
  const { document, lines } = source;
  const [broken, ...others] = structureFaults(document, lines);
  if (broken) return { faults: [broken, ...others] };

  // The bounds have counted what the aliases stand for.
  const fields: unknown = document.toJS({ maxAliasCount: -1 });
  const [absent, ...more] = limited(from ? withPrompts(fields, from.files, from.directory) : [], ({ phase, why }) =>
    located(document, lines, ['phases', phase, 'prompt_file'], why),
  );
  if (absent) return { faults: [absent, ...more] };

  const { data, error } = WorkflowDocument.safeParse(fields);
  if (error) {
    const [first, ...further] = faultsOf(error, document, lines);
    return { faults: [first ?? faultAt(lines, 0, '', error.message), ...further] };
  }
  const definition = definitionOf(data);
  const [misspelt, ...further] = limited(unknownPlaceholders(definition), (one) => misspeltAt(source, one));
  return misspelt ? { faults: [misspelt, ...further] } : { workflowId: data.id, definition };
}

/** Fields that documents spell in another way than the API. */
const IN_DOCUMENT: Readonly<Record<string, readonly string[]>> = {
  repository_url: ['repository', 'url'],
  repository_ref: ['repository', 'ref'],
};

function misspeltAt({ document, lines, text }: Source, { path, placeholder, why }: UnknownPlaceholder): YamlFault {
  const field = IN_DOCUMENT[String(path[0])] ?? path;
  const node = document.getIn(field, true);
  const [start = 0, , end = start] = (isScalar(node) && node.range) || [];
  // An escaped text spells it in another way: its key is named then.
  const within = text.slice(start, end).indexOf(placeholder);
  return faultAt(lines, within < 0 ? offsetOf(document, field) : start + within, fieldName(field), why);
}

/** The faults for which a document has no content. */
function structureFaults(document: Document, lines: LineCounter): YamlFault[] {
  if (document.errors.length > 0) {
    return limited(document.errors, ({ message, pos }) => faultAt(lines, pos[0], '', message));
  }
  const found = [
    ...repeatedKeys(document).map((key) => ({
      node: key,
      field: fieldName([String(key.value)]),
      why: 'is there twice',
    })),
    ...unstorable(document),
    ...unmergeable(document).map((node) => ({ node, field: '<<', why: 'takes mappings only' })),
  ];
  return limited(found, ({ node, field, why }) => faultAt(lines, nodeOffset(node) ?? 0, field, why));
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

/** Texts that the store cannot hold, keys included. An escape in the document spells them, so their place is the text's. */
function unstorable(document: Document) {
  const found: Readonly<{ node: Scalar; field: string; why: string }>[] = [];
  visit(document, {
    Scalar: (_, node, holders) => {
      if (typeof node.value !== 'string' || isStorable(node.value)) return;
      const field = fieldName(pathOf([...holders, node]));
      found.push({ node, field, why: 'must not contain a NUL character, nor half of a surrogate pair' });
    },
  });
  return found;
}

/** The keys on the way through these nodes, each of which holds the next. */
const pathOf = (nodes: readonly (Document | Node | Pair)[]): readonly (string | number)[] =>
  nodes.flatMap((node, index) => {
    if (isPair(node)) return storableText(String(isScalar(node.key) ? node.key.value : node.key));
    return isSeq(node) ? node.items.indexOf(nodes[index + 1]) : [];
  });

/** Values of merge keys that are no mappings. */
function unmergeable(document: Document): readonly unknown[] {
  const anchors = new Map<string, Node>();
  const found: unknown[] = [];
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Pair: (_, { key, value }) => {
      if (isMergeKey(key)) found.push(...mergeSources(value, anchors).filter((source) => !isMap(source)));
    },
  });
  return found;
}

/** The schema reads the plain key `<<` as a symbol. */
const isMergeKey = (key: unknown): boolean => isScalar(key) && typeof key.value === 'symbol';

function mergeSources(value: unknown, anchors: ReadonlyMap<string, Node>): readonly unknown[] {
  const source = isAlias(value) ? (anchors.get(value.source) ?? value) : value;
  return isSeq(source) ? source.items.map((item) => (isAlias(item) ? anchors.get(item.source) : item)) : [source];
}

function faultsOf({ issues }: z.ZodError, document: Document, lines: LineCounter): YamlFault[] {
  const found = issues.flatMap((issue) => {
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

const nodeOffset = (node: unknown): number | undefined =>
  isMap(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;

/** Keys may be as long as the document: an answer shows their beginning. */
const LONGEST_NAME = 200;

const fieldName = (path: readonly (string | number)[]): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    const short = key.slice(0, LONGEST_NAME);
    return name ? `${name}.${short}` : short;
  }, '');
