import { DomainError } from '@syntropic/kernel';
import { OutcomeUnknown } from '@syntropic/messaging';
import { ObjectStorageAway } from '@syntropic/object-storage';
import { ReadModelBehind } from '@syntropic/projections';
import { DatabaseError } from 'pg';
import { invalidRequest } from './problem';
import { problemOf } from './problem-of';

describe('a problem document', () => {
  it.each([
    ['invalid', 422],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
  ] as const)('of a refusal as %s with an unknown code has status %d', (refusal, status) => {
    const { document, isFault } = problemOf(new DomainError('new.rule', 'the words', refusal, 'a.field'));

    expect(document).toMatchObject({ status, code: 'new.rule', detail: 'the words', field: 'a.field' });
    expect(isFault).toBe(false);
  });

  it.each([
    'workflow.already_exists',
    'execution.not_running',
    'execution.not_paused',
    'execution.not_interrupted',
    'execution.has_ended',
  ])('of %s has the status that clients expect, not the one of its kind', (code) => {
    expect(problemOf(new DomainError(code, 'the words', 'conflict')).document.status).toBe(400);
  });

  it('names no path of the machine', () => {
    const refused = new DomainError(
      'agent.recording_unknown',
      "no recordings in '/srv/syntropic/recordings'",
      'invalid',
    );

    expect(problemOf(refused).document.detail).toBe("no recordings in '<path>'");
  });

  it('has the title that the contract declares', () => {
    const refused = new DomainError('execution.stale_session', 'the words', 'conflict');

    expect(problemOf(refused).document).toMatchObject({ status: 409, title: 'The phase is run by another session' });
  });

  it('has the status that clients expect of its code', () => {
    expect(problemOf(new DomainError('execution.not_running', 'it is paused')).document.status).toBe(400);
    expect(problemOf(new DomainError('event.too_large', 'too much', 'invalid')).document.status).toBe(413);
    expect(problemOf(new DomainError('command.too_large', 'too much', 'invalid')).document.status).toBe(413);
  });

  it.each([
    ['command.outcome_unknown', new OutcomeUnknown('id', {})],
    ['read_model.behind', new ReadModelBehind('workflow', 9, 5)],
    ['artifact.bytes_unavailable', new ObjectStorageAway({ cause: new Error('connect ECONNREFUSED') })],
    ['store.unavailable', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['store.unavailable', Object.assign(new DatabaseError('deadlock detected', 17, 'error'), { code: '40P01' })],
    ['store.unavailable', new Error('a query', { cause: new Error('Connection terminated unexpectedly') })],
  ])('%s says when to retry, and is no fault', (code, error) => {
    const { document, retryAfterSeconds, isFault } = problemOf(error);

    expect(document).toMatchObject({ status: 503, code });
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(isFault).toBe(false);
  });

  it('of a fault says nothing of what is inside', () => {
    const reply = problemOf(new Error('column "secret" of table does not exist'));

    expect(reply.isFault).toBe(true);
    expect(reply.document).toMatchObject({ status: 500, code: 'internal.fault' });
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  it('names every field in words and in a list', () => {
    const errors = [
      { field: 'name', message: 'is missing' },
      { field: 'phases[1].order', message: 'is twice there' },
    ];

    expect(problemOf(invalidRequest(errors)).document).toMatchObject({
      status: 422,
      detail: 'name: is missing; phases[1].order: is twice there',
      errors,
    });
  });
});
