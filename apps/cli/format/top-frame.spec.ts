import { describe, expect, it } from 'vitest';
import type { EndpointSummary } from '../client/documents.js';
import { Paint } from '../terminal/paint.js';
import { type TopView, endpointsAtTop, topFrame } from './top-frame.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');

function endpoint(name: string, queued = 0, differences: Partial<EndpointSummary> = {}): EndpointSummary {
  return {
    name,
    status: 'InService',
    why: `It has no instances, for there is nothing to do at ${name}.`,
    intake: 'open',
    dispatch: 'open',
    gateChanges: {},
    backlog: { queued, running: 0 },
    instances: { desired: 0, starting: 0, inService: 0, draining: 0, paused: 0 },
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
    ...differences,
  };
}

function screen(endpoints: readonly EndpointSummary[], view: Partial<TopView> = {}): string[] {
  const paint = new Paint(false);
  return topFrame({ url: 'http://ebb', endpoints, isLive: true, now: NOW, paint, columns: 80, rows: 24, ...view });
}

describe('the screen of ebb top', () => {
  it('never is wider or higher than the terminal, however many endpoints there are', () => {
    const many = Array.from({ length: 60 }, (_, at) =>
      endpoint(`endpoint-with-a-name-as-long-as-they-come-${at}`, at, { failureReason: 'broken '.repeat(30) }),
    );
    const sizes = [
      { columns: 80, rows: 24 },
      { columns: 120, rows: 50 },
      { columns: 100, rows: 12 },
    ];
    for (const { columns, rows } of sizes) {
      const lines = screen(many, { columns, rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  it('shows the busiest endpoint first, and what failed before all', () => {
    const order = endpointsAtTop([endpoint('idle'), endpoint('busy', 9), endpoint('broken', 0, { status: 'Failed' })]);
    expect(order.map(({ name }) => name)).toEqual(['broken', 'busy', 'idle']);
  });

  it('explains the one that was chosen, and keeps it in sight', () => {
    const many = Array.from({ length: 40 }, (_, at) => endpoint(`e${at}`));
    const lines = screen(many, { chosen: 'e39' });
    expect(lines.find((line) => line.startsWith('>'))).toContain('e39');
    expect(lines.join('\n')).toContain('e39: It has no instances');
  });

  it('tells that Ebb does not answer, and goes on showing what it knew', () => {
    const lines = screen([endpoint('ocr')], { trouble: 'Nothing answers at http://ebb.' });
    expect(lines.join('\n')).toMatch(/ocr[^]*Nothing answers/);
  });

  it('sums up what waits, runs and serves', () => {
    const [, sums] = screen([endpoint('a', 2), endpoint('b', 3)]);
    expect(sums).toBe('2 endpoints; 5 queued, 0 running; 0 instances in service, 0 starting');
  });
});
