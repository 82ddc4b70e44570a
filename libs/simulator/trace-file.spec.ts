import { describe, expect, it } from 'vitest';
import { readTrace } from './trace-file.js';

const FILE = {
  name: 'sample',
  description: 'A sample.',
  seed: 1,
  start: { distribution: 'lognormal', medianSeconds: 20, p95Seconds: 35 },
  service: { distribution: 'constant', seconds: 2 },
  slotsPerInstance: 1,
  bounds: { minimum: 0, maximum: 100 },
  arrivals: [{ atSeconds: 15, count: 1000 }],
};

const POINTS = [
  { atSeconds: 0, perSecond: 1 },
  { atSeconds: 60, perSecond: 2 },
];

describe('a trace file', () => {
  it('is in seconds, and lasts until its last arrival by default', () => {
    expect(readTrace({ ...FILE, arrivals: [...FILE.arrivals, { poisson: POINTS }] }, 'a.json')).toEqual({
      ...FILE,
      start: { distribution: 'lognormal', medianMs: 20_000, upper: { share: 0.95, ms: 35_000 } },
      service: { distribution: 'constant', ms: 2_000 },
      arrivals: [
        { kind: 'batch', atMs: 15_000, count: 1000, overMs: 0 },
        {
          kind: 'poisson',
          rates: [
            { atMs: 0, perSecond: 1 },
            { atMs: 60_000, perSecond: 2 },
          ],
        },
      ],
      lastsMs: 60_000,
    });
  });

  const pareto = { distribution: 'pareto', medianSeconds: 2, p99Seconds: 60 };
  it.each([
    [[], 'a.json: must be an object; it is []'],
    [{ ...FILE, seed: undefined }, 'a.json: seed must be a whole number from 0 to 4294967295; it is missing'],
    [{ ...FILE, slots: 1 }, 'a.json: slots is unknown; the known fields are: name, description, seed, start, service'],
    [{ ...FILE, name: '' }, 'a.json: name must be a string that is not empty; it is ""'],
    [
      { ...FILE, service: { distribution: 'normal' } },
      'a.json: service.distribution must be one of constant, lognormal, pareto; it is "normal"',
    ],
    [
      { ...FILE, service: { distribution: 'constant', seconds: 0 } },
      'a.json: service.seconds must be a number from 0.001 to 3600; it is 0',
    ],
    [
      { ...FILE, start: { ...FILE.start, p95Seconds: 20 } },
      'a.json: start.p95Seconds must be more than medianSeconds (20); it is 20',
    ],
    [
      { ...FILE, start: { ...FILE.start, p99Seconds: 50 } },
      'a.json: start.p99Seconds must not be given together with p95Seconds',
    ],
    [{ ...FILE, service: pareto }, 'a.json: service.maximumSeconds must be a number from 60 to 3600; it is missing'],
    [
      { ...FILE, bounds: { minimum: 5, maximum: 4 } },
      'a.json: bounds.maximum must be a whole number from 5 to 10000; it is 4',
    ],
    [{ ...FILE, arrivals: [] }, 'a.json: arrivals must be a list that is not empty; it is []'],
    [
      { ...FILE, arrivals: [...FILE.arrivals, { atSeconds: 3 }] },
      'a.json: arrivals[1].count must be a whole number from 1 to 2000000; it is missing',
    ],
    [
      { ...FILE, arrivals: [{ poisson: [POINTS[0]] }] },
      'a.json: arrivals[0].poisson must have at least two points: the beginning and the end',
    ],
    [
      { ...FILE, arrivals: [{ poisson: [POINTS[1], POINTS[0]] }] },
      'a.json: arrivals[0].poisson[1].atSeconds must be more than that of the point before; it is 0',
    ],
    [{ ...FILE, lastsSeconds: 14 }, 'a.json: lastsSeconds must be a number from 15 to 2678400; it is 14'],
  ])('is refused with the field and the rule: %#', (file, message) => {
    expect(() => readTrace(file, 'a.json')).toThrow(message);
  });
});
