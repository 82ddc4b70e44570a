import { describe, expect, it } from 'vitest';
import { Paint } from '../terminal/paint.js';
import { progressText, waitingLines } from './waiting-view.js';

const LOOK = { columns: 80, rows: 20, now: Date.parse('2026-01-01T00:01:00Z'), paint: new Paint(false) };

describe('the table of what is waited for', () => {
  it('shows what each is at and for how long, and how many are done', () => {
    const open = [
      { file: 'a.png', state: 'Running', since: '2026-01-01T00:00:30Z', remark: '40 % page 2' },
      { file: 'b.png' },
    ];
    expect(waitingLines(open, { all: 3, settled: 1 }, LOOK)).toEqual([
      'FILE   STATE    FOR   PROGRESS',
      'a.png  Running  30 s  40 % page 2',
      'b.png  -        -',
      '1 of 3 done',
    ]);
  });

  it('is never higher or wider than the screen', () => {
    const open = Array.from({ length: 100 }, (_, at) => ({
      file: `${'long/'.repeat(20)}${at}`,
      remark: 'x'.repeat(200),
    }));
    const lines = waitingLines(open, { all: 100, settled: 0 }, LOOK);
    expect(lines).toHaveLength(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.at(-1)).toBe('0 of 100 done; 82 more wait');
  });

  it('tells of progress what the container has told', () => {
    expect(progressText({ progress: 0.456, message: 'page 2' })).toBe('46 % page 2');
    expect(progressText({ progress: 1 })).toBe('100 %');
  });
});
