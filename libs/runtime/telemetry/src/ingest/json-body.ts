import { storableText } from '@syntropic/kernel';
import { hasFewNodes, isDeeper } from '../parser/json-nodes';
import { storableJson } from '../parser/storable-text';
import { Unreadable } from './unreadable';

/** Values in a body: parsed ones take many times the memory of their text. */
const MAX_NODES = 250_000;
/** Levels of a body: functions call themselves for each one. */
const MAX_DEPTH = 64;

/** The text of a body. @throws Unreadable */
export function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable('the body is not UTF-8');
  }
}

/** The value of JSON text, its keys and strings storable. @throws Unreadable */
export function jsonIn(text: string): unknown {
  if (!hasFewNodes(text, MAX_NODES)) throw new Unreadable(`the body has more than ${MAX_NODES} values`);
  if (isDeeper(text, MAX_DEPTH)) throw new Unreadable(`the body has more than ${MAX_DEPTH} levels`);
  try {
    return storableJson(storableText(text));
  } catch (error) {
    throw new Unreadable(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
