import type { CREATE_KEY, GET_KEY, ROTATE_KEY, WHO_AM_I } from '../../libs/wire/rest/access-routes.js';
import type { GET_ENDPOINT, LIST_ENDPOINTS } from '../../libs/wire/rest/endpoint-routes.js';
import type { Document } from '../../libs/wire/rest/route.js';

/** A page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** An invocation, as far as the command line looks at it. Times are ISO 8601. */
export interface InvocationDocument {
  readonly id: string;
  readonly inferenceId: string;
  readonly endpointName: string;
  readonly state: string;
  readonly why?: string;
  readonly priority?: string;
  readonly position?: number;
  readonly estimatedStartAt?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly acceptedAt: string;
  readonly startedAt?: string;
  readonly settledAt?: string;
  readonly expiresAt?: string;
  readonly failureReason?: string;
  readonly errorClass?: string;
  readonly outputLocation?: string;
  readonly failureLocation?: string;
  readonly inputLocation?: string;
  readonly redriveOf?: string;
  readonly redrivenAs?: string;
  readonly progress?: { readonly progress?: number; readonly message?: string };
}

/** What is answered when an invocation was accepted. */
export interface SubmittedDocument {
  readonly id: string;
  readonly inferenceId: string;
  readonly state: string;
  readonly position?: number;
  readonly estimatedStartAt?: string;
  readonly statusUrl: string;
  readonly outputLocation: string;
  readonly failureLocation?: string;
}

/** What cancelling or redriving many comes to. */
export interface ManyDocument {
  readonly matched: number;
  readonly redriven?: number;
  readonly cancelled?: number;
  readonly invocations: readonly InvocationDocument[];
}

/** An endpoint as listings have it. */
export type EndpointSummary = Document<typeof LIST_ENDPOINTS>['items'][number];
export type EndpointDocument = Document<typeof GET_ENDPOINT>;
export type VariantDocument = EndpointDocument['variants'][number];

export interface LogLineDocument {
  readonly at: string;
  readonly stream: string;
  readonly instanceId?: string;
  readonly variantName?: string;
  readonly text: string;
}

export interface LogPageDocument {
  readonly lines: readonly LogLineDocument[];
  readonly next: string;
  readonly hasMore: boolean;
  readonly hasGap: boolean;
}

export type AccessKeyDocument = Document<typeof GET_KEY>;
/** With its secrets, which are shown this once. */
export type CreatedKeyDocument = Document<typeof CREATE_KEY, 201>;
export type RotatedKeyDocument = Document<typeof ROTATE_KEY>;
export type WhoamiDocument = Document<typeof WHO_AM_I>;
