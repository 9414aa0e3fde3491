import { answerCalls } from '@syntropic/threads';
import { outlineOf } from '../session/message-outline';
import { spoolLinesIn } from '../session/spool-lines';
import type { ParserRequest } from './parser.messages';
import { SpoolParser } from './spool-parser';

const parsers = new Map<number, SpoolParser>();

answerCalls(answer);

function answer(request: ParserRequest): unknown {
  switch (request.call) {
    case 'open':
      parsers.set(request.parser, new SpoolParser(request.options));
      return undefined;
    case 'read':
      return parserOf(request.parser).read(spoolLinesIn(request.records));
    case 'end':
      return parserOf(request.parser).end(request.legEnd, request.time);
    case 'close':
      parsers.delete(request.parser);
      return undefined;
    case 'outline':
      return outlineOf(request.line);
  }
}

function parserOf(number: number): SpoolParser {
  const parser = parsers.get(number);
  if (!parser) throw new Error('the thread that had parsed this session has ended');
  return parser;
}
