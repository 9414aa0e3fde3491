import { withCorrelation } from './correlation';
import { createLogger } from './logger';

const lines: Record<string, unknown>[] = [];
const logger = createLogger('gateway', {
  destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});

const logged = (write: () => void): unknown => {
  lines.length = 0;
  write();
  return lines[0];
};

describe('a log line', () => {
  it('has service, level, time, message and context', () => {
    expect(
      logged(() => {
        logger.warn('slow', 'Reader');
      }),
    ).toEqual({
      level: 'warn',
      service: 'gateway',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      message: 'slow',
      context: 'Reader',
    });
  });

  it('carries the correlation id of the work it belongs to', () => {
    const line = logged(() => {
      withCorrelation('c-1', () => {
        logger.log('done');
      });
    });

    expect(line).toMatchObject({ message: 'done', correlationId: 'c-1' });
  });

  it('has no credentials of known shapes', () => {
    const line = logged(() => {
      logger.error(new Error(`postgres://role:s3cr3t@db refused npm_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`));
    });

    expect(JSON.stringify(line)).not.toMatch(/s3cr3t|aB3dE5fG7h/);
    expect(JSON.stringify(line)).toContain('postgres://role:[password]@db refused [npm token]');
  });

  it('keeps an error with its cause', () => {
    const error = new Error('no answer', { cause: new Error('refused by the host') });

    const line = logged(() => {
      logger.error(error, 'Pool');
    });

    expect(line).toMatchObject({ level: 'error', message: 'no answer', context: 'Pool' });
    expect(JSON.stringify(line)).toContain('refused by the host');
  });

  it('has fields beside the message', () => {
    expect(
      logged(() => {
        logger.log('slow', { afterMs: 12 });
      }),
    ).toMatchObject({ message: 'slow', afterMs: 12 });
  });
});
