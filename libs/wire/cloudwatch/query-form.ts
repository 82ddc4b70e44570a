import { QueryInput } from '../aws/query-input.js';
import type { XmlContent, XmlTree } from '../aws/query-xml.js';

type Json = Readonly<Record<string, unknown>>;

/** Members that are not text. If a name means something else elsewhere, the name of its list precedes it. */
const NUMBERS: ReadonlySet<string> = new Set([
  'Counts',
  'DatapointsToAlarm',
  'EvaluationInterval',
  'EvaluationPeriods',
  'MaxDatapoints',
  'Maximum',
  'MaxRecords',
  'MetricData.Value',
  'Minimum',
  'Period',
  'SampleCount',
  'StorageResolution',
  'Sum',
  'Threshold',
  'Values',
]);

const BOOLEANS: ReadonlySet<string> = new Set([
  'ActionsEnabled',
  'IncludeLinkedAccounts',
  'ReturnData',
  'StrictEntityValidation',
]);

const TIMES: ReadonlySet<string> = new Set([
  'AlarmConfigurationUpdatedTimestamp',
  'EndDate',
  'EndTime',
  'StartDate',
  'StartTime',
  'StateTransitionedTimestamp',
  'StateUpdatedTimestamp',
  'Timestamp',
  'Timestamps',
]);

/** Lists of requests. An empty list is sent as its name alone. */
const LISTS: ReadonlySet<string> = new Set([
  'AlarmActions',
  'AlarmNames',
  'AlarmTypes',
  'Counts',
  'Dimensions',
  'ExtendedStatistics',
  'InsufficientDataActions',
  'MetricData',
  'MetricDataQueries',
  'Metrics',
  'OKActions',
  'Statistics',
  'TagKeys',
  'Tags',
  'Values',
]);

/**
 * Translates a request of CloudWatch's older protocol (forms in, XML out) into its newer one, JSON. `list` is the name
 * of the list that `input` is a member of, if any.
 */
export function queryToJson(input: QueryInput, list = ''): Json {
  return Object.fromEntries(input.names().map((name) => [name, memberOf(input, name, list)]));
}

function memberOf(input: QueryInput, name: string, list: string): unknown {
  const node = input.at(name);
  if (LISTS.has(name) || node.has('member')) return input.list(name).map((item) => valueOf(item, name, ''));
  return valueOf(node, name, list);
}

function valueOf(node: QueryInput, name: string, list: string): unknown {
  if (node.names().length > 0) return queryToJson(node, name);
  const text = node.ownText ?? '';
  const isNamedIn = (names: ReadonlySet<string>): boolean => names.has(name) || names.has(`${list}.${name}`);
  if (isNamedIn(NUMBERS)) return numberOf(text);
  if (isNamedIn(BOOLEANS)) return BOOLEAN_TEXTS.get(text) ?? text;
  if (isNamedIn(TIMES)) return timeOf(text);
  return text;
}

const BOOLEAN_TEXTS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** Text that is not a number stays as it is, and the reader refuses it. */
function numberOf(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** Returns seconds since the epoch. A time without a zone is in UTC. */
function timeOf(text: string): unknown {
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(ms) ? text : ms / 1000;
}

/** Translates a JSON answer into the Query protocol. */
export function jsonToXml(json: object): XmlTree {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, contentOf(name, value)]));
}

function contentOf(name: string, value: unknown): XmlContent {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return { member: value.map((item) => contentOf(name, item)) };
  if (typeof value === 'object') return jsonToXml(value);
  if (typeof value === 'number' && TIMES.has(name)) return new Date(Math.round(value * 1000)).toISOString();
  return value as string | number | boolean;
}
