import type { LegEnd, MessageOutline, SpoolRecords } from '../session';
import type { ParsedLines, SpoolParserOptions } from './spool-parser';

/** The requests that the parser's thread answers, with their arguments and answers. `parser` is the number of a session's parser. */
export type ParserCalls = {
  open: { arguments: { parser: number; options: SpoolParserOptions }; answer: undefined };
  read: { arguments: { parser: number; records: SpoolRecords }; answer: ParsedLines };
  end: { arguments: { parser: number; legEnd: LegEnd; time: string }; answer: ParsedLines };
  close: { arguments: { parser: number }; answer: undefined };
  outline: { arguments: { line: string }; answer: MessageOutline | undefined };
};

export type ParserCall = keyof ParserCalls;

export type ParserRequest = {
  [Call in ParserCall]: Readonly<{ call: Call } & ParserCalls[Call]['arguments']>;
}[ParserCall];
