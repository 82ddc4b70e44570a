import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { chartOf } from './chart.js';
import { timeScale, valueTicks } from './chart-scale.js';
import type { TimelinePoint } from './timeline.js';

const names = { title: 'nights & <days>', subtitle: 'by "hand"' };

function point(at: number, of: Partial<TimelinePoint> = {}): TimelinePoint {
  return { at, queued: 0, running: 0, starting: 0, inService: 0, ...of };
}

describe('a chart', () => {
  it('is well-formed under any title and with any number of points', () => {
    for (const points of [[], [point(0)], [point(0, { queued: 9 }), point(90_000)]]) {
      expect(XMLValidator.validate(chartOf(points, names))).toBe(true);
    }
  });

  it('labels its areas, and its axes with their units', () => {
    const { svg } = new XMLParser().parse(chartOf([point(0), point(7_200_000)], names)) as {
      svg: { title: string; text: (string | number)[] };
    };
    expect(svg.title).toBe('nights & <days>');
    expect(svg.text).toEqual(
      expect.arrayContaining(['backlog (invocations)', 'instances', 'running', 'queued', 'in service', 'starting']),
    );
    expect(svg.text).toContain('time (min)');
  });

  it('shows even the shortest peak', () => {
    const day = [point(0), point(40_000_000, { queued: 640 }), point(40_000_001), point(86_400_000)];
    // The top of the plot is the highest tick, 800; 640 are four fifths of its 190 pixels above its bottom.
    expect(chartOf(day, names)).toContain(` ${90 + 190 * 0.2}`);
  });

  it('stays small for a day of 100,000 events', () => {
    const day = Array.from({ length: 100_000 }, (_, index) =>
      point(index * 864, { queued: index % 7, inService: index % 3 }),
    );
    expect(chartOf(day, names).length).toBeLessThan(100_000);
  });
});

describe('scales', () => {
  it.each([
    [5_000, 's', ['0', '1', '2', '3', '4', '5']],
    [240_000, 'min', ['0', '1', '2', '3', '4']],
    [86_400_000, 'h', ['0', '2', '4', '6', '8', '10', '12', '14', '16', '18', '20', '22', '24']],
  ] as const)('write %d ms in %s', (endMs, unit, texts) => {
    const scale = timeScale(endMs);
    expect([scale.unit, scale.ticks.map(({ text }) => text)]).toEqual([unit, texts]);
  });

  it.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 20, 40, 60, 80, 100]],
    [640, [0, 200, 400, 600, 800]],
  ])('count up to at least %d in round whole numbers', (largest, ticks) => {
    expect(valueTicks(largest)).toEqual(ticks);
  });
});
