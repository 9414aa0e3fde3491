import { agentSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE, UNKNOWN_USAGE, usageOfModels } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { AgentSession, completeSession, repriceSession, startSession } from './agent-session';

const { commands, events } = agentSession;
const { given } = specificationOf(AgentSession);

const ids = { sessionId: '6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11', executionId: 'exec-0123456789ab' };
const phase = { workflowId: 'review', phaseId: 'plan' };
const begin = { ...ids, ...phase, provider: 'simulated', model: 'small', repos: ['o/r'] };
const started = event(events.SessionStarted, begin);
const start = commands.StartSession.schema.parse(begin);

const sha256 = '0'.repeat(64);
const end = {
  ...ids,
  status: 'failed',
  error: 'exit 1',
  errorType: 'agent_failed',
  model: 'small',
  usage: { ...NO_USAGE, costUsd: '0.5', turns: 3 },
  artifacts: [{ artifactId: ids.sessionId, path: 'a.md', sha256, sizeBytes: 7, uri: `sha256:${sha256}` }],
  telemetryEvents: 12,
  transcriptUri: `sha256:${sha256}`,
} as const;
const completed = event(events.SessionCompleted, { ...end, ...phase });
const complete = commands.CompleteSession.schema.parse(end);

describe('StartSession', () => {
  it('records with what the session began', () => {
    given().when(startSession, start).then(started);
  });

  it('changes nothing when the parked phase goes on', () => {
    given(started).when(startSession, start).thenNothing();
  });

  it('is refused after the end', () => {
    given(started, completed).when(startSession, start).thenRefused('session.already_completed');
  });
});

describe('CompleteSession', () => {
  it('records the account of the session, and where it belongs', () => {
    given(started).when(completeSession, complete).then(completed);
  });

  it('fills in what a plain program has not reported', () => {
    const plain = { ...ids, status: 'completed', usage: NO_USAGE } as const;
    given(started)
      .when(completeSession, commands.CompleteSession.schema.parse(plain))
      .then(event(events.SessionCompleted, { ...plain, ...phase, artifacts: [], telemetryEvents: 0 }));
  });

  it('changes nothing the second time, also with another account', () => {
    given(started, completed)
      .when(completeSession, { ...complete, status: 'cancelled' })
      .thenNothing();
  });

  it('is refused before the start', () => {
    given().when(completeSession, complete).thenRefused('session.not_found');
  });
});

describe('RepriceSession', () => {
  const model = (costUsd: string | null, inputTokens = 7) => ({
    m: { inputTokens, outputTokens: 1, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd },
  });
  const ended = (byModel: ReturnType<typeof model>) =>
    event(events.SessionCompleted, { ...end, ...phase, usage: { ...usageOfModels(byModel), toolCalls: 2 } });
  const reprice = (byModel: ReturnType<typeof model>, priceTable = 'next') =>
    commands.RepriceSession.schema.parse({ ...ids, priceTable, usage: usageOfModels(byModel) });
  const costs = (costUsd: string | null) => ({ byModel: { m: costUsd }, costUsd, costComplete: costUsd !== null });
  const repriced = (before: string | null, after: string | null) =>
    event(events.SessionRepriced, {
      ...ids,
      ...phase,
      priceTable: 'next',
      before: costs(before),
      after: costs(after),
    });

  it.each([
    ['other costs', '0.5', '0.75'],
    ['the costs of a model that had no price', null, '0.75'],
    ['that a model has no price any more', '0.5', null],
  ])('records %s with those before', (_, before, after) => {
    given(started, ended(model(before)))
      .when(repriceSession, reprice(model(after)))
      .then(repriced(before, after));
  });

  it('changes nothing the second time', () => {
    given(started, ended(model('0.5')), repriced('0.5', '0.75'))
      .when(repriceSession, reprice(model('0.75')))
      .thenNothing();
  });

  it('goes back to an earlier table, too', () => {
    given(started, ended(model('0.5')), repriced('0.5', '0.75'))
      .when(repriceSession, reprice(model('0.5')))
      .then(repriced('0.75', '0.5'));
  });

  it('changes nothing where no account was made', () => {
    given(started, event(events.SessionCompleted, { ...end, ...phase, usage: UNKNOWN_USAGE }))
      .when(repriceSession, reprice(model('0.75')))
      .thenNothing();
  });

  it('is refused for other tokens than those that were recorded', () => {
    given(started, ended(model('0.5')))
      .when(repriceSession, reprice(model('0.75', 8)))
      .thenRefused('session.other_usage');
  });

  it('is refused before the end, which has costs of its own', () => {
    given(started)
      .when(repriceSession, reprice(model('0.75')))
      .thenRefused('session.not_completed');
    given()
      .when(repriceSession, reprice(model('0.75')))
      .thenRefused('session.not_found');
  });
});
