import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateAlarm, evaluationRange } from './alarm-evaluation.js';
import { type Alarm, type AlarmState, MISSING_DATA_TREATMENTS, type MissingDataTreatment } from './alarm.js';

const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const MINUTE = 60_000;
const END = Date.UTC(2026, 10, 22, 10, 5);
const PERIODS = { periodMs: MINUTE, end: END };

function alarm(of: Partial<Alarm> = {}): Alarm {
  return {
    name: 'backlog-high',
    source: { kind: 'metric', metric: { namespace: 'N', name: 'M', dimensions: {} }, statistic: 'Average' },
    periodSeconds: 60,
    evaluationPeriods: 3,
    threshold: 5,
    comparison: 'GreaterThanThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    okActions: [],
    alarmActions: [],
    insufficientDataActions: [],
    state: 'OK',
    stateReason: 'as it was',
    stateReasonData: '{"as":"it was"}',
    stateChangedAt: 0,
    stateUpdatedAt: 0,
    configuredAt: 0,
    tags: {},
    ...of,
  };
}

/**
 * Reads values as CloudWatch's documentation draws them: `0` within the threshold, `X` beyond it, `-` missing; the
 * newest on the right.
 */
function values(drawn: string): (number | undefined)[] {
  return drawn.split(' ').map((sign) => (sign === '-' ? undefined : sign === 'X' ? 12 : 0));
}

function stateOf(drawn: string, of: Partial<Alarm>): AlarmState {
  return evaluateAlarm(alarm(of), values(drawn), PERIODS).state;
}

const KEPT = 'kept';
const TREATMENTS: readonly MissingDataTreatment[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
/** The drawn values, and the resulting state under each treatment of missing data. */
type Row = readonly [drawn: string, missing: string, ignore: string, breaching: string, notBreaching: string];

/** Returns the row that results from the drawn values: `kept` if the alarm keeps its state, whichever it was. */
function rowOf(drawn: string, of: Partial<Alarm>): readonly string[] {
  return [
    drawn,
    ...TREATMENTS.map((treatMissingData) => {
      const states = STATES.map((state) => stateOf(drawn, { ...of, treatMissingData, state }));
      if (states.every((state, index) => state === STATES[index])) return KEPT;
      return [...new Set(states)].join(' or ');
    }),
  ];
}

describe('an alarm on three of three periods', () => {
  test('looks at five periods', () => {
    expect(evaluationRange(alarm())).toBe(5);
  });

  test.each<Row>([
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 'INSUFFICIENT_DATA', KEPT, 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', KEPT, 'ALARM', 'OK'],
    // Not in CloudWatch's table, but in the text below it.
    ['- - - - X', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X 0', 'OK', 'OK', 'OK', 'OK'],
    ['- - X - 0', 'OK', 'OK', 'OK', 'OK'],
    ['X X X X X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['X X X X 0', 'OK', 'OK', 'OK', 'OK'],
  ])('%s', (...row) => expect(rowOf(row[0], { evaluationPeriods: 3 })).toEqual(row));
});

describe('an alarm on two of three periods', () => {
  test.each<Row>([
    ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', 'ALARM', KEPT, 'ALARM', 'OK'],
    ['- - - - X', 'OK', 'OK', 'ALARM', 'OK'],
    ['X X 0 0 0', 'OK', 'OK', 'OK', 'OK'],
  ])('%s', (...row) => expect(rowOf(row[0], { evaluationPeriods: 3, datapointsToAlarm: 2 })).toEqual(row));
});

describe('an alarm on one period', () => {
  test.each<Row>([
    ['0 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['X X 0', 'OK', 'OK', 'OK', 'OK'],
    ['- X -', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - -', 'OK', 'OK', 'OK', 'OK'],
    ['- - -', 'INSUFFICIENT_DATA', KEPT, 'ALARM', 'OK'],
  ])('%s', (...row) => expect(rowOf(row[0], { evaluationPeriods: 1 })).toEqual(row));
});

describe('a value on the threshold', () => {
  test.each([
    ['GreaterThanOrEqualToThreshold', 'ALARM'],
    ['GreaterThanThreshold', 'OK'],
    ['LessThanThreshold', 'OK'],
    ['LessThanOrEqualToThreshold', 'ALARM'],
  ] as const)('with %s means %s', (comparison, state) => {
    expect(evaluateAlarm(alarm({ comparison, evaluationPeriods: 1 }), [5], PERIODS).state).toBe(state);
  });
});

describe('the reason says', () => {
  test.each<[string, string, Partial<Alarm>, string]>([
    [
      'which values crossed the threshold, the newest first',
      '0 0 X X X',
      {},
      'Threshold Crossed: 3 out of the last 3 datapoints [12.0 (22/11/26 10:04:00), 12.0 (22/11/26 10:03:00), ' +
        '12.0 (22/11/26 10:02:00)] were greater than the threshold (5.0) (minimum 3 datapoints for OK -> ALARM transition).',
    ],
    [
      'which values did not cross the threshold',
      'X X X X 0',
      { comparison: 'GreaterThanOrEqualToThreshold', threshold: 0.5 },
      'Threshold Crossed: 1 out of the last 3 datapoints [0.0 (22/11/26 10:04:00)] was not greater than or equal to ' +
        'the threshold (0.5) (minimum 1 datapoint for ALARM -> OK transition).',
    ],
    [
      'how many datapoints it took',
      '0 - X - X',
      { datapointsToAlarm: 2 },
      'Threshold Crossed: 2 out of the last 3 datapoints [12.0 (22/11/26 10:04:00), 12.0 (22/11/26 10:02:00)] were ' +
        'greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).',
    ],
    ['that no datapoint is known', '- - - - -', {}, 'Insufficient Data: 3 datapoints were unknown.'],
    [
      'that one datapoint is not known',
      '- - -',
      { evaluationPeriods: 1 },
      'Insufficient Data: 1 datapoint was unknown.',
    ],
    [
      'how missing datapoints were treated',
      '- - - - -',
      { treatMissingData: 'breaching' },
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].',
    ],
    [
      'how many datapoints were received, if the missing ones decided',
      '- - - - X',
      { treatMissingData: 'notBreaching' },
      'Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [NonBreaching].',
    ],
    [
      'how missing datapoints were treated beside the values that crossed the threshold',
      '- - - X X',
      { treatMissingData: 'breaching' },
      'Threshold Crossed: 2 out of the last 3 datapoints [12.0 (22/11/26 10:04:00), 12.0 (22/11/26 10:03:00)] were ' +
        'greater than the threshold (5.0) and 1 missing datapoint was treated as [Breaching] ' +
        '(minimum 3 datapoints for OK -> ALARM transition).',
    ],
  ])('%s', (_sentence, drawn, of, reason) => {
    const left = alarm({ ...of, state: stateOf(drawn, of) === 'ALARM' ? 'OK' : 'ALARM' });
    expect(evaluateAlarm(left, values(drawn), PERIODS).reason).toBe(reason);
  });

  test('which datapoints were evaluated, as data', () => {
    const verdict = evaluateAlarm(alarm({ state: 'ALARM' }), [undefined, 1, 7.5, undefined, 9], PERIODS);
    expect(JSON.parse(verdict.reasonData!)).toEqual({
      version: '1.0',
      queryDate: '2026-11-22T10:05:00.000+0000',
      startDate: '2026-11-22T10:01:00.000+0000',
      statistic: 'Average',
      period: 60,
      recentDatapoints: [1, 7.5, 9],
      threshold: 5,
      evaluatedDatapoints: [
        { timestamp: '2026-11-22T10:04:00.000+0000', value: 9 },
        { timestamp: '2026-11-22T10:02:00.000+0000', value: 7.5 },
        { timestamp: '2026-11-22T10:01:00.000+0000', value: 1 },
      ],
    });
    expect(verdict.latest).toBe(9);
  });

  test('which periods have no datapoint, as data', () => {
    const verdict = evaluateAlarm(alarm({ evaluationPeriods: 2 }), values('- - - -'), PERIODS);
    expect(JSON.parse(verdict.reasonData!)).toMatchObject({
      recentDatapoints: [],
      evaluatedDatapoints: [
        { timestamp: '2026-11-22T10:04:00.000+0000' },
        { timestamp: '2026-11-22T10:03:00.000+0000' },
      ],
    });
    expect(verdict.latest).toBeUndefined();
  });

  test.each<[string, string, Partial<Alarm>]>([
    ['the state stays', '0 0 0 0 0', {}],
    ['missing data is ignored', '- - - - -', { treatMissingData: 'ignore' }],
  ])('what it said before if %s', (_sentence, drawn, of) => {
    const { reason, reasonData } = evaluateAlarm(alarm(of), values(drawn), PERIODS);
    expect([reason, reasonData]).toEqual(['as it was', '{"as":"it was"}']);
  });
});

function evaluated(of: { evaluationPeriods: number }, signs: readonly string[]): string[] {
  return signs.filter((sign) => sign !== '-').slice(-of.evaluationPeriods);
}

describe('for any values', () => {
  const SIGNS = fc.constantFrom('0', 'X', '-');
  const seen = fc
    .record({
      evaluationPeriods: fc.integer({ min: 1, max: 6 }),
      share: fc.integer({ min: 0, max: 5 }),
      treatMissingData: fc.constantFrom(...MISSING_DATA_TREATMENTS),
      state: fc.constantFrom(...STATES),
    })
    .chain(({ share, ...of }) => {
      const datapointsToAlarm = 1 + (share % of.evaluationPeriods);
      const length = evaluationRange(alarm(of));
      return fc.tuple(
        fc.constant({ ...of, datapointsToAlarm }),
        fc.array(SIGNS, { minLength: length, maxLength: length }),
      );
    });

  test('enough breaching values mean ALARM under every treatment of missing data', () => {
    fc.assert(
      fc.property(seen, ([of, signs]) => {
        fc.pre(evaluated(of, signs).filter((sign) => sign === 'X').length >= of.datapointsToAlarm);
        expect(stateOf(signs.join(' '), of)).toBe('ALARM');
      }),
    );
  });

  test('enough values with too few breaching ones mean OK under every treatment of missing data', () => {
    fc.assert(
      fc.property(seen, ([of, signs]) => {
        const known = evaluated(of, signs);
        fc.pre(known.length === of.evaluationPeriods);
        fc.pre(known.filter((sign) => sign === 'X').length < of.datapointsToAlarm);
        expect(stateOf(signs.join(' '), of)).toBe('OK');
      }),
    );
  });

  test('treating missing data as breaching means ALARM whenever treating it as not breaching does', () => {
    fc.assert(
      fc.property(seen, ([of, signs]) => {
        const drawn = signs.join(' ');
        fc.pre(stateOf(drawn, { ...of, treatMissingData: 'notBreaching' }) === 'ALARM');
        expect(stateOf(drawn, { ...of, treatMissingData: 'breaching' })).toBe('ALARM');
      }),
    );
  });
});
