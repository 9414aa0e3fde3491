/** Values that a message may have; more take too much memory and time to parse. */
const MAX_NODES = 100_000;

const NODE_OR_STRING = /[,[{"]/g;

/** True for JSON text that is cheap to parse: the values outside of strings are counted. */
export function hasFewNodes(json: string, most = MAX_NODES): boolean {
  if (json.length <= most) return true;

  let nodes = 0;
  NODE_OR_STRING.lastIndex = 0;
  for (let found = NODE_OR_STRING.exec(json); found; found = NODE_OR_STRING.exec(json)) {
    if (found[0] === '"') {
      const end = endOfString(json, found.index + 1);
      if (end < 0) return true;
      NODE_OR_STRING.lastIndex = end + 1;
    } else if (++nodes > most) return false;
  }
  return true;
}

const BRACKET_OR_STRING = /[[\]{}"]/g;

/** True for JSON text with more levels than `most`. */
export function isDeeper(json: string, most: number): boolean {
  let depth = 0;
  BRACKET_OR_STRING.lastIndex = 0;
  for (let found = BRACKET_OR_STRING.exec(json); found; found = BRACKET_OR_STRING.exec(json)) {
    const [mark] = found;
    if (mark === '"') {
      const end = endOfString(json, found.index + 1);
      if (end < 0) return false;
      BRACKET_OR_STRING.lastIndex = end + 1;
    } else depth += mark === '[' || mark === '{' ? 1 : -1;
    if (depth > most) return true;
  }
  return false;
}

/** The index of the quote that ends a string, or -1. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return -1;
}
