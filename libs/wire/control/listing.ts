import { type Page, firstPage } from '../aws/first-page.js';
import { Members } from '../aws/members.js';
import { formatPageToken, invalidToken, parsePageToken } from '../aws/page-token.js';
import { MAX_TOKEN_LENGTH, NAME_PART } from './rules.js';

type SortKey = 'Name' | 'CreationTime' | 'Status';

/** A record in a list: a model, an endpoint config or an endpoint. */
export interface Listed {
  readonly name: string;
  readonly createdAt: number;
  readonly modifiedAt?: number;
  readonly status?: string;
}

/** One page of a list, as a caller requests it. Times are in milliseconds. */
export interface Listing {
  readonly nameContains?: string;
  readonly createdBefore?: number;
  readonly createdAfter?: number;
  readonly modifiedBefore?: number;
  readonly modifiedAfter?: number;
  readonly status?: string;
  readonly sortBy: SortKey;
  readonly descending: boolean;
  readonly limit: number;
  /** The sort value and the name of the last record of the previous page. */
  readonly after?: readonly (string | number)[];
}

const DEFAULT_PAGE = 10;
const MAX_PAGE = 100;
const ENDPOINT_STATUSES = [
  'OutOfService',
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
  'InService',
  'Deleting',
  'Failed',
  'UpdateRollbackFailed',
];

/** Reads `ListModels` and `ListEndpointConfigs`. Raises `InvalidRequest` and `InvalidNextToken`. */
export function readListing(body: Readonly<Record<string, unknown>>): Listing {
  return withPlace(Members.read(body, (request) => readCommon(request, ['Name', 'CreationTime'])));
}

/** Reads `ListEndpoints`, which has more filters. */
export function readEndpointListing(body: Readonly<Record<string, unknown>>): Listing {
  const read = Members.read(body, (request) => ({
    ...readCommon(request, ['Name', 'CreationTime', 'Status']),
    modifiedBefore: readTime(request, 'LastModifiedTimeBefore'),
    modifiedAfter: readTime(request, 'LastModifiedTimeAfter'),
    status: request.text('StatusEquals', { oneOf: ENDPOINT_STATUSES }),
  }));
  return withPlace(read);
}

interface TokenListing extends Omit<Listing, 'after'> {
  readonly token?: string;
}

function readCommon(request: Members, sortKeys: readonly SortKey[]): TokenListing {
  return {
    nameContains: request.text('NameContains', NAME_PART),
    createdBefore: readTime(request, 'CreationTimeBefore'),
    createdAfter: readTime(request, 'CreationTimeAfter'),
    sortBy: (request.text('SortBy', { oneOf: sortKeys }) ?? 'CreationTime') as SortKey,
    descending: request.text('SortOrder', { oneOf: ['Ascending', 'Descending'] }) !== 'Ascending',
    limit: request.integer('MaxResults', { min: 1, max: MAX_PAGE }) ?? DEFAULT_PAGE,
    token: request.text('NextToken', { max: MAX_TOKEN_LENGTH }),
  };
}

/** Refuses a token that comes from a list in another order. */
function withPlace({ token, ...listing }: TokenListing): Listing {
  if (token === undefined) return listing;
  const [order, ...after] = parsePageToken(token, 3);
  const kind = listing.sortBy === 'CreationTime' ? 'number' : 'string';
  if (order !== listing.sortBy || typeof after[0] !== kind || typeof after[1] !== 'string') throw invalidToken();
  return { ...listing, after };
}

function readTime(request: Members, name: string): number | undefined {
  const seconds = request.float(name);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/** The records of the page that a listing asks for. */
export function pageOf<T extends Listed>(records: readonly T[], listing: Listing): Page<T> {
  const direction = listing.descending ? -1 : 1;
  const { after } = listing;
  const rest = records
    .filter((record) => matches(record, listing))
    .map((record) => ({ record, place: placeOf(record, listing.sortBy) }))
    .filter(({ place }) => after === undefined || direction * compare(place, after) > 0)
    .sort((a, b) => direction * compare(a.place, b.place));
  const { page, nextToken } = firstPage(rest, listing.limit, ({ place }) =>
    formatPageToken([listing.sortBy, ...place]),
  );
  return { page: page.map(({ record }) => record), nextToken };
}

/** "Before" excludes its time, "after" includes it. Names are compared without regard to case. */
function matches(record: Listed, listing: Listing): boolean {
  const { nameContains, createdBefore, createdAfter, modifiedBefore, modifiedAfter, status } = listing;
  const modifiedAt = record.modifiedAt ?? record.createdAt;
  return (
    (nameContains === undefined || record.name.toLowerCase().includes(nameContains.toLowerCase())) &&
    (createdBefore === undefined || record.createdAt < createdBefore) &&
    (createdAfter === undefined || record.createdAt >= createdAfter) &&
    (modifiedBefore === undefined || modifiedAt < modifiedBefore) &&
    (modifiedAfter === undefined || modifiedAt >= modifiedAfter) &&
    (status === undefined || record.status === status)
  );
}

/** The name breaks ties of the sort value, so that a page begins exactly where the previous page ended. */
function placeOf(record: Listed, sortBy: SortKey): (string | number)[] {
  const value = { Name: record.name, CreationTime: record.createdAt, Status: record.status ?? '' }[sortBy];
  return [value, record.name];
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const at = a[0] === b[0] ? 1 : 0;
  return a[at]! < b[at]! ? -1 : Number(a[at]! > b[at]!);
}
