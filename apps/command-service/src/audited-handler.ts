import { AuditRecords } from '@syntropic/access';
import { Done, type Actor, type Command, type CommandMessage, type DataOf, type ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { Inject, type Type } from '@nestjs/common';

/** The subject of a record of the audit: `projection-execution`, or the id of a key. */
type SubjectOf<M extends CommandMessage> = (data: DataOf<M>) => string;

/** The answer of a command; nothing for one that is answered by its having been done. */
type Answer<M extends CommandMessage> = M['answer'] extends typeof Done ? Promise<void> : Promise<ReplyOf<M>>;

/** `by` is the sender of the command, as `user:<name>`. */
type CarryOut<M extends CommandMessage, Part> = (part: Part, data: DataOf<M>, by: string) => Answer<M>;

const DONE = { done: true } as const;

const nameOf = ({ kind, id }: Actor): string => `${kind}:${id}`;

/** A handler that has one part of the platform carry a command out, between the command's record in the audit and its outcome there. */
export function audited<M extends CommandMessage, Part>(
  message: M,
  part: Type<Part>,
  subjectOf: SubjectOf<M>,
  carryOut: CarryOut<M, Part>,
): Type<Handler<M>> {
  @Handles(message)
  class AuditedHandler implements Handler<M> {
    constructor(
      @Inject(part) private readonly part: Part,
      private readonly audit: AuditRecords,
    ) {}

    async execute(command: Command<M>): Promise<ReplyOf<M>> {
      const { data, context } = command;
      const act = async (): Promise<unknown> => carryOut(this.part, data, nameOf(context.actor));
      const answer = await this.audit.command(command, subjectOf(data), act);
      // The compiler does not follow the answer of a message that is still a parameter.
      return (answer ?? DONE) as ReplyOf<M>;
    }
  }
  return AuditedHandler;
}
