import type { Platform } from '@syntropic/e2e';
import { usdOf } from '@syntropic/kernel';
import type { Frame } from '@syntropic/stack';
import { eventually } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Expectation } from './case';
import { textsIn, type Outcome } from './outcome';

/** A workspace is removed after the session's end, at the latest after these milliseconds. */
const REMOVAL_MS = 15_000;

export async function expectOutcome(platform: Platform, outcome: Outcome, expected: Expectation): Promise<void> {
  expectEnd(outcome, expected);
  expectFigures(outcome, expected);
  expectFrames(outcome.frames, expected);
  if (expected.artifact !== undefined)
    expect(outcome.artifacts).toContainEqual(expect.stringContaining(expected.artifact));
  if (expected.removed === true && outcome.sessionId !== undefined) {
    const folder = join(platform.dataDirectory, 'runner/sessions', outcome.sessionId);
    await eventually(() => !existsSync(folder), { within: REMOVAL_MS });
  }
}

function expectEnd({ execution }: Outcome, { ended, error, notError }: Expectation): void {
  const { status, error_message } = execution;
  if (ended) {
    expect({ status, error_message }).toMatchObject({
      status: expect.stringMatching(`^(${ended.join('|')})$`) as string,
    });
  }
  if (error !== undefined) expect(error_message).toMatch(new RegExp(error, 'i'));
  if (notError !== undefined) expect(error_message ?? '').not.toMatch(new RegExp(notError, 'i'));
}

function expectFigures({ execution, model }: Outcome, expected: Expectation): void {
  if (expected.cost !== undefined) expect(execution.total_cost_usd).toBe(usdOf(expected.cost));
  if (expected.complete !== undefined) expect(execution.cost_complete).toBe(expected.complete);
  if (expected.model !== undefined) expect(model).toBe(expected.model);
}

const Output = z.object({ text: z.string() });

function expectFrames(frames: readonly Frame[], expected: Expectation): void {
  const { lines, shows, output, types, never, frame, rows } = expected;
  const names = new Set(frames.map(({ event }) => event));
  if (types) expect([...names]).toEqual(expect.arrayContaining(types));
  for (const name of never ?? []) expect(names).not.toContain(name);
  if (frame) {
    const data = frames.filter(({ event }) => event === frame.event).map((each) => each.data);
    expect(data).toContainEqual(expect.stringContaining(frame.has));
  }
  if (rows !== undefined) expect(frames.length).toBeLessThanOrEqual(rows);
  if (output) {
    const said = frames
      .filter(({ event }) => event === 'agent_output')
      .map(({ data }) => Output.parse(JSON.parse(data)));
    expect(said.map(({ text }) => text)).toEqual(output);
  }
  if (lines ?? shows) {
    const texts = frames.flatMap(textsIn);
    expect(texts).toEqual(expect.arrayContaining(lines ?? []));
    for (const pattern of shows ?? []) expect(texts).toContainEqual(expect.stringMatching(pattern));
  }
}
