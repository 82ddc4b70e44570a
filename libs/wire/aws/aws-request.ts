/** The AWS services that Ebb serves behind one URL; `native` stands for Ebb's own surfaces. */
export type Service = 'runtime' | 'control' | 'scaling' | 'cloudwatch' | 's3' | 'sns' | 'sqs' | 'sts' | 'native';

/** A service whose requests carry a signature. */
export type SignedService = Exclude<Service, 'native'>;

/** The signer of a request, as the signature itself states it. No part of it has been verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  /** The signing name: `sagemaker` stands for both the runtime and the control plane. */
  readonly signingName: string;
}

/** The service and operation that a request is for, before any part of the request is verified. */
export interface AwsCall {
  readonly service: Service;
  /** From `X-Amz-Target` or `Action`, without its prefix; absent for REST services. */
  readonly operation?: string;
  readonly credential?: CredentialScope;
  readonly presigned: boolean;
}

/** The parts of a request that decide which service it is for. Header names are in lower case. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** `X-Amz-Target` prefixes, as the SDKs send them. */
const TARGETS: Readonly<Record<string, Service>> = {
  SageMaker: 'control',
  AnyScaleFrontendService: 'scaling',
  GraniteServiceVersion20100801: 'cloudwatch',
  AmazonSQS: 'sqs',
};

const SIGNING_NAMES: Readonly<Record<string, Service>> = {
  'application-autoscaling': 'scaling',
  monitoring: 'cloudwatch',
  sqs: 'sqs',
  sns: 'sns',
  sts: 'sts',
  s3: 's3',
  's3-outposts': 's3',
};

/** API versions of the Query protocol's services; they identify the service of an unsigned form body. */
const QUERY_VERSIONS: Readonly<Record<string, Service>> = {
  '2010-03-31': 'sns',
  '2011-06-15': 'sts',
  '2012-11-05': 'sqs',
  '2010-08-01': 'cloudwatch',
};

const RUNTIME_PATH = /^\/endpoints\/[^/?]+\/(?:async-invocations|invocations|invocations-response-stream)(?:\?|$)/;
const NATIVE_PATH = /^\/(?:v1|console|metrics|health)(?:[/?]|$)/;

/**
 * Finds the service that a request is for: by `X-Amz-Target`, by the signature's credential scope, by `Action` in the
 * query, or by path. A request for no other service is for S3, because bucket and key may be any text.
 */
export function classify(head: RequestHead): AwsCall {
  if (head.method === 'POST' && RUNTIME_PATH.test(head.url)) {
    const credential = credentialOf(head.headers.authorization);
    return { service: 'runtime', presigned: false, ...(credential && { credential }) };
  }
  const query = queryOf(head.url);
  const credential = credentialOf(head.headers.authorization) ?? presignedCredential(query);
  const presigned = query?.has('X-Amz-Signature') === true || query?.has('Signature') === true;
  const found = serviceOf(head, query, credential, presigned);
  return { ...found, presigned, ...(credential && { credential }) };
}

function serviceOf(
  head: RequestHead,
  query: URLSearchParams | undefined,
  credential: CredentialScope | undefined,
  presigned: boolean,
): Pick<AwsCall, 'service' | 'operation'> {
  // Without a signature these paths are Ebb's own, even if a request has other marks of an AWS request.
  if (!credential && !presigned && NATIVE_PATH.test(head.url)) return { service: 'native' };
  const target = single(head.headers['x-amz-target']);
  if (target !== undefined) {
    const [prefix, operation] = target.split('.', 2);
    const service = TARGETS[prefix!];
    if (service && operation) return { service, operation };
    // No REST service uses this header. The control plane answers in the protocol that the client speaks, and says that
    // it does not know the operation.
    if (!credential) return { service: 'control', operation: target };
  }
  const signed = credential && SIGNING_NAMES[credential.signingName];
  const action = query?.get('Action') ?? undefined;
  if (signed)
    return signed === 's3' || action === undefined ? { service: signed } : { service: signed, operation: action };
  if (credential?.signingName === 'sagemaker') return { service: 'control' };
  if (action !== undefined) return { service: QUERY_VERSIONS[query?.get('Version') ?? ''] ?? 'sns', operation: action };
  return { service: 's3' };
}

/**
 * Returns the service that an unsigned form-encoded body is for, by its `Version`. The Query protocol carries the
 * operation in the body, so the head alone does not identify the service.
 */
export function queryServiceOf(form: URLSearchParams): Service | undefined {
  return QUERY_VERSIONS[form.get('Version') ?? ''];
}

const CREDENTIAL = /Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

function credentialOf(authorization: string | string[] | undefined): CredentialScope | undefined {
  const value = single(authorization);
  return value === undefined ? undefined : scopeOf(CREDENTIAL.exec(value));
}

function presignedCredential(query: URLSearchParams | undefined): CredentialScope | undefined {
  const value = query?.get('X-Amz-Credential');
  return value ? scopeOf(CREDENTIAL.exec(`Credential=${value}`)) : undefined;
}

function scopeOf(match: RegExpExecArray | null): CredentialScope | undefined {
  if (!match) return undefined;
  return { accessKeyId: match[1]!, date: match[2]!, region: match[3]!, signingName: match[4]! };
}

function queryOf(url: string): URLSearchParams | undefined {
  const start = url.indexOf('?');
  return start === -1 ? undefined : new URLSearchParams(url.slice(start + 1));
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
