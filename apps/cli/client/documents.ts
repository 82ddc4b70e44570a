import type { CREATE_KEY, GET_KEY, ROTATE_KEY, WHO_AM_I } from '../../../libs/wire/rest/access/access-routes.js';
import type { GET_ENDPOINT, LIST_ENDPOINTS } from '../../../libs/wire/rest/endpoint/endpoint-routes.js';
import type {
  CANCEL_INVOCATIONS,
  GET_INVOCATION,
  LIST_INVOCATIONS,
} from '../../../libs/wire/rest/invocation/invocation-routes.js';
import type { GET_LOGS } from '../../../libs/wire/rest/endpoint/log-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import type { SUBMIT_INVOCATION } from '../../../libs/wire/rest/invocation/submit-routes.js';

/** A page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** An invocation as listings have it. */
export type InvocationSummary = Document<typeof LIST_INVOCATIONS>['items'][number];
export type InvocationDocument = Document<typeof GET_INVOCATION>;

/** What is answered when an invocation was accepted. */
export type SubmittedDocument = Document<typeof SUBMIT_INVOCATION, 202>;

/** What cancelling or redriving many comes to. */
export type ManyDocument = Omit<Document<typeof CANCEL_INVOCATIONS>, 'cancelled'> & {
  readonly cancelled?: number;
  readonly redriven?: number;
};

/** An endpoint as listings have it. */
export type EndpointSummary = Document<typeof LIST_ENDPOINTS>['items'][number];
export type EndpointDocument = Document<typeof GET_ENDPOINT>;
export type VariantDocument = EndpointDocument['variants'][number];

export type LogPageDocument = Document<typeof GET_LOGS>;
export type LogLineDocument = LogPageDocument['lines'][number];

export type AccessKeyDocument = Document<typeof GET_KEY>;
/** With its secrets, which are shown this once. */
export type CreatedKeyDocument = Document<typeof CREATE_KEY, 201>;
export type RotatedKeyDocument = Document<typeof ROTATE_KEY>;
export type WhoamiDocument = Document<typeof WHO_AM_I>;
