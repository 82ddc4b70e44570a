import { describe, expect, it } from 'vitest';
import { QueryInput } from '../aws/query-input.js';
import { renderXml } from '../aws/query-xml.js';
import { jsonToXml, queryToJson } from './query-form.js';

const read = (form: string) => queryToJson(QueryInput.of(new URLSearchParams(form)));

describe('a form', () => {
  it.each<[string, string, object]>([
    ['a text', 'AlarmName=5', { AlarmName: '5' }],
    ['a number', 'Threshold=1.5', { Threshold: 1.5 }],
    ['a number that is none', 'Threshold=high', { Threshold: 'high' }],
    ['a number that is missing', 'Period=', { Period: '' }],
    ['a truth', 'ActionsEnabled=false', { ActionsEnabled: false }],
    ['a truth that is none', 'ActionsEnabled=yes', { ActionsEnabled: 'yes' }],
    ['a time', 'StartTime=2026-01-31T12:00:00.500Z', { StartTime: 1_769_860_800.5 }],
    ['a time in another zone', 'StartTime=2026-01-31T13:00:00%2B01:00', { StartTime: 1_769_860_800 }],
    ['a time without a zone, which is in UTC', 'StartTime=2026-01-31T12:00:00', { StartTime: 1_769_860_800 }],
    ['a time that is none', 'StartTime=today', { StartTime: 'today' }],
    ['a list', 'AlarmNames.member.1=a&AlarmNames.member.2=b', { AlarmNames: ['a', 'b'] }],
    ['a list of nothing', 'OKActions=', { OKActions: [] }],
    ['a list of numbers', 'Values.member.1=1&Values.member.2=2', { Values: [1, 2] }],
    [
      'a list of structures',
      'Dimensions.member.1.Name=Size&Dimensions.member.1.Value=7',
      { Dimensions: [{ Name: 'Size', Value: '7' }] },
    ],
    [
      'a value, which is a number in a metric alone',
      'MetricData.member.1.Value=7&Tags.member.1.Key=k&Tags.member.1.Value=7',
      { MetricData: [{ Value: 7 }], Tags: [{ Key: 'k', Value: '7' }] },
    ],
    [
      'structures within structures',
      'Metrics.member.1.MetricStat.Metric.MetricName=Orders&Metrics.member.1.MetricStat.Period=60',
      { Metrics: [{ MetricStat: { Metric: { MetricName: 'Orders' }, Period: 60 } }] },
    ],
  ])('spells %s', (_, form, json) => {
    expect(read(form)).toEqual(json);
  });
});

describe('an answer in XML', () => {
  it.each<[string, object, string]>([
    ['times as text', { Timestamp: 1_769_860_800.5 }, '<Timestamp>2026-01-31T12:00:00.500Z</Timestamp>'],
    [
      'lists as members',
      { Timestamps: [0, 60], Values: [1] },
      '<Timestamps><member>1970-01-01T00:00:00.000Z</member><member>1970-01-01T00:01:00.000Z</member></Timestamps>' +
        '<Values><member>1</member></Values>',
    ],
    [
      'numbers and truths as they are',
      { Period: 60, ActionsEnabled: true },
      '<Period>60</Period><ActionsEnabled>true</ActionsEnabled>',
    ],
    ['structures as elements', { A: { B: 'x' } }, '<A><B>x</B></A>'],
    ['nothing where there is nothing', { NextToken: undefined, Label: null }, ''],
  ])('has %s', (_, json, xml) => {
    expect(renderXml(jsonToXml(json))).toBe(xml);
  });
});
