import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { RememberedAnswers } from '@syntropic/messaging';
import { Background, hourly } from '@syntropic/service';
import { Pool } from 'pg';

/** Deletes the answers that are no longer remembered. */
@Injectable()
class AnswerRetention implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly answers: RememberedAnswers,
  ) {}

  onModuleInit(): void {
    this.background.add(
      'remembered answers',
      hourly(() => this.answers.forget()),
    );
  }
}

/** The answers to commands with an idempotency key. */
@Global()
@Module({
  providers: [
    { provide: RememberedAnswers, inject: [Pool], useFactory: (pool: Pool) => new RememberedAnswers(pool) },
    AnswerRetention,
  ],
  exports: [RememberedAnswers],
})
export class AnswersModule {}
