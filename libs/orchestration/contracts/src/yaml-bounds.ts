import {
  Composer,
  CST,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  Lexer,
  Parser,
  type Document,
  type LineCounter,
} from 'yaml';

/** Bounds of a document; each holds before the next and more expensive step begins. */
const MOST_BYTES = 1024 * 1024;
const MOST_DEPTH = 64;
const MOST_NODES = 50_000;
/** Line breaks, comments, tags and marks: those that nodes usually have, and as many besides. */
const LEXEMES_PER_NODE = 4;
const MOST_FURTHER_LEXEMES = 50_000;
/** Resolving an alias looks at all anchors, so their product is bounded. */
const MOST_ANCHORS_AND_ALIASES = 1_000;

/** A document that exceeds a bound; `offset` is the place where it does. */
export class YamlBoundExceeded extends Error {
  override readonly name = 'YamlBoundExceeded';

  constructor(
    message: string,
    readonly offset = 0,
  ) {
    super(message);
  }
}

/**
 * Composes a document whose bytes, depth, nodes and aliases are within the bounds. Lexer and parser are iterative; the
 * composer calls itself for each level, so depth and nodes are counted before it starts.
 * @throws YamlBoundExceeded
 */
export function boundedDocument(text: string, lines: LineCounter): Document.Parsed {
  if (Buffer.byteLength(text) > MOST_BYTES) throw new YamlBoundExceeded('is longer than 1 MiB');

  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'error',
    keepSourceTokens: true,
  });
  const [document, another] = composer.compose(boundedTokens(text, lines), true, text.length);
  if (!document) throw new YamlBoundExceeded('holds no document');
  if (another) throw new YamlBoundExceeded('holds more than one document', another.range[0]);

  if (document.errors.length === 0) refuseExpansion(document);
  return document;
}

function boundedTokens(text: string, lines: LineCounter): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const counts = new LexemeCounts();
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    counts.add(lexeme, parser.offset);
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (isTooDeep(parser)) throw new YamlBoundExceeded(`is nested deeper than ${MOST_DEPTH}`, parser.offset);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** The stack also holds the document and the scalar in hand. */
const isTooDeep = ({ stack }: Parser): boolean =>
  stack.length > MOST_DEPTH && stack.filter((token) => 'items' in token).length > MOST_DEPTH;

const VALUES = new Set(['alias', 'scalar', 'single-quoted-scalar', 'double-quoted-scalar']);
const BEGINNINGS = new Set(['flow-map-start', 'flow-seq-start', 'doc-start']);
const INDICATORS = new Set(['comma', 'seq-item-ind', 'map-value-ind', 'explicit-key-ind']);
const BLANKS = new Set(['space', 'newline', 'comment', 'byte-order-mark', 'doc-mode']);

class LexemeCounts {
  #lexemes = 0;
  #nodes = 0;
  #references = 0;
  #last = '';
  /** The next lexeme is the text of a scalar, of which the mark before it was counted. */
  #isText = false;

  /** @throws YamlBoundExceeded */
  add(lexeme: string, offset: number): void {
    if (this.#isText) {
      this.#isText = false;
      return;
    }
    this.#isText = lexeme === CST.SCALAR;
    this.#count(CST.tokenType(lexeme) ?? '');

    if (this.#nodes > MOST_NODES) throw new YamlBoundExceeded(`has more than ${MOST_NODES} values`, offset);
    if (this.#references > MOST_ANCHORS_AND_ALIASES) {
      throw new YamlBoundExceeded(`has more than ${MOST_ANCHORS_AND_ALIASES} anchors and aliases`, offset);
    }
    if (this.#lexemes > LEXEMES_PER_NODE * this.#nodes + MOST_FURTHER_LEXEMES) {
      throw new YamlBoundExceeded('has too many lines, comments and marks', offset);
    }
  }

  #count(type: string): void {
    this.#lexemes++;
    if (type === 'anchor' || type === 'alias') this.#references++;
    if (this.#isNode(type)) this.#nodes++;
    if (!BLANKS.has(type)) this.#last = type;
  }

  /** An indicator that follows another stands for an empty value or a nested collection. */
  #isNode(type: string): boolean {
    if (VALUES.has(type) || BEGINNINGS.has(type)) return true;
    return INDICATORS.has(type) && (INDICATORS.has(this.#last) || BEGINNINGS.has(this.#last));
  }
}

type Size = Readonly<{ nodes: number; bytes: number }>;

const ONE: Size = { nodes: 1, bytes: 0 };

/** Refuses aliases that together stand for more than a document may hold: each use counts like a copy. */
function refuseExpansion(document: Document): void {
  const { nodes, bytes } = expandedSize(document.contents, new Map());
  if (nodes > MOST_NODES) throw new YamlBoundExceeded(`has more than ${MOST_NODES} values with its aliases filled in`);
  if (bytes > MOST_BYTES) throw new YamlBoundExceeded('is longer than 1 MiB with its aliases filled in');
}

/** `anchors` holds the values that are complete, so an alias inside its own value is refused like an unknown one. */
function expandedSize(node: unknown, anchors: Map<string, Size>): Size {
  if (isAlias(node)) {
    const size = anchors.get(node.source);
    if (!size) throw new YamlBoundExceeded(`no value before it is named &${node.source}`, node.range?.[0]);
    return size;
  }
  if (isPair(node)) return sum([expandedSize(node.key, anchors), expandedSize(node.value, anchors)]);
  if (!isCollection(node) && !isScalar(node)) return ONE;

  const { anchor } = node;
  if (anchor !== undefined) anchors.delete(anchor);
  const size = isScalar(node)
    ? { nodes: 1, bytes: Buffer.byteLength(String(node.value)) }
    : sum([ONE, ...node.items.map((item) => expandedSize(item, anchors))]);
  if (anchor !== undefined) anchors.set(anchor, size);
  return size;
}

const sum = (sizes: readonly Size[]): Size =>
  sizes.reduce((all, { nodes, bytes }) => ({ nodes: all.nodes + nodes, bytes: all.bytes + bytes }));
