import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../libs/wire/rest/problem.js';
import { readProblem } from './problem-document.js';
import { failureOf } from './refusal.js';

describe('a refusal of Ebb', () => {
  it('is told in its own words, with what to do', () => {
    const body = JSON.stringify({ code: 'EndpointNotFound', detail: "There is no endpoint 'x'.", status: 404 });
    const failure = failureOf(readProblem(404, body));
    expect(failure).toMatchObject({ exit: 'notFound', message: "There is no endpoint 'x'." });
    expect(failure.advice).toContain('ebb endpoints');
  });

  it('says when it may be tried again', () => {
    const failure = failureOf(readProblem(429, '{"code":"TooManyRequests","detail":"Slower."}'), 7);
    expect(failure).toMatchObject({ exit: 'later', advice: 'Try again in 7 s.', retryAfterSeconds: 7 });
  });

  it('is made the best of when somebody in between wrote it', () => {
    expect(failureOf(readProblem(502, '<html>Bad gateway</html>'))).toMatchObject({
      exit: 'failed',
      message: 'The answer was HTTP 502, without a reason.',
    });
  });

  it('leads to an exit code that says whose turn it is, whatever its code', () => {
    const exits = Object.values(PROBLEMS).map(
      ({ status }) => [status, failureOf({ status, detail: '' }).exit] as const,
    );
    const callersTurn = new Set(['usage', 'refused', 'notFound', 'conflict']);
    expect(exits.filter(([status, exit]) => status < 500 && status !== 429 && !callersTurn.has(exit))).toEqual([]);
    expect(exits.filter(([status, exit]) => (status > 500 || status === 429) && exit !== 'later')).toEqual([]);
  });
});
