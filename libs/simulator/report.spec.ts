import { describe, expect, it } from 'vitest';
import { ScriptedDecider, traceOf } from '../../test/support/simulator-samples.js';
import { compare } from './comparison.js';
import type { Contender } from './contenders.js';
import { comparisonTable, outcomeTable, verdictLine } from './report.js';

/** A contender with a constant number of instances until the thirtieth second. */
function steady(name: string, count: number): Contender {
  const create = (): ScriptedDecider =>
    new ScriptedDecider(({ now }) => (now < 30_000 ? { desired: count, lookAgainAt: 30_000 } : 0));
  return { name, settings: '', create };
}

const trace = traceOf([0, 1, 2], { lastsMs: 30_000 });
const comparison = compare(trace, steady('ebb', 1), [steady('three', 3), steady('none', 0)]);

describe('a report', () => {
  it('has a line for each contender, and marks the best comparator', () => {
    expect(comparisonTable(comparison).split('\n')).toEqual([
      '                     p50 wait  p95 wait  p99 wait  mean wait  instance-s  idle  starts  largest  p95 / best  i-s / best',
      '  ebb                   13.00     16.00     16.00      13.00          30  27 %       1        1      x 1.60      x 0.33',
      '* three                  9.00     10.00     10.00       9.00          90  53 %       3        3      x 1.00      x 1.00',
      '  none (unfinished)     never     never     never      never           0   0 %       0        0           -      x 0.00',
    ]);
  });

  it('has a table for a single contender too', () => {
    expect(outcomeTable([comparison.ebb]).split('\n')).toHaveLength(2);
  });

  it('has one line with the verdict and with the comparators that dominate Ebb', () => {
    expect(verdictLine(comparison.verdict)).toBe(
      'WORSE: ebb is worse against three: p95 wait +60.0 %, instance-seconds -66.7 %',
    );
    const { verdict } = compare(trace, steady('ebb', 3), [steady('one', 3)]);
    expect(verdictLine(verdict)).toBe(
      'ok: ebb is no worse in either, against one: p95 wait 0.0 %, instance-seconds 0.0 %',
    );
    expect(verdictLine({ ...verdict, dominatedBy: ['one'] })).toMatch(/; dominated by one$/);
  });
});
