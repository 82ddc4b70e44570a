/** A request to run an invocation, already within its limits. */
export interface Submission {
  readonly endpointName: string;
  /** Exactly one of the address of an object and the input itself, whole or as a stream. */
  readonly input:
    | { readonly location: string }
    | { readonly body: Uint8Array }
    | { readonly stream: AsyncIterable<Uint8Array>; readonly sizeBytes?: number };
  readonly inferenceId?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly customAttributes?: string;
  readonly pathExtension?: string;
  readonly filename?: string;
  readonly ttlSeconds?: number;
  /** Replaces `ttlSeconds`: the time by which the invocation must have started. */
  readonly startBy?: number;
  readonly timeoutSeconds?: number;
  readonly idempotencyKey?: string;
  readonly callbackUrl?: string;
  readonly priority?: Priority;
  readonly labels?: Labels;
  /** The id of the access key that submitted it. */
  readonly submittedBy?: string;
}

/** The labels by which callers find their invocations. */
export type Labels = Readonly<Record<string, string>>;

export const PRIORITIES = ['high', 'normal', 'low'] as const;
/** The rank of a queued invocation among others of its endpoint. */
export type Priority = (typeof PRIORITIES)[number];

/**
 * The head start of each priority. Because priority is a head start in time, a queued invocation gains on all that come
 * after it: none starves, and no place in the queue is ever computed again.
 */
export const HEAD_START_MS: Readonly<Record<Priority, number>> = { high: 600_000, normal: 0, low: -600_000 };

/**
 * Returns the place of an invocation in its endpoint's queue. The lowest is next; of equals, the one accepted first.
 */
export function queuePlace({
  acceptedAt,
  priority = 'normal',
}: {
  readonly acceptedAt: number;
  readonly priority?: Priority;
}): number {
  return acceptedAt - HEAD_START_MS[priority];
}

/** How long an idempotency key stands for the first request that came with it. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 3_600_000;

export const REQUEST_TTL_SECONDS = { min: 60, max: 21_600, default: 21_600 } as const;
export const INVOCATION_TIMEOUT_SECONDS = { min: 1, max: 3600, default: 900 } as const;
export const MAX_INLINE_INPUT_BYTES = 128_000;
/** AWS's "Up to 1 GB", read as binary so that neither reading is refused. */
export const MAX_INPUT_BYTES = 1_073_741_824;

/** The names from which the locations of an invocation's results are made. */
export interface OutputNaming {
  readonly outputPath: string;
  readonly failurePath?: string;
  /** `S3OutputPathExtension`: joined to both paths. */
  readonly pathExtension?: string;
  /** `Filename`: replaces `<id>.out` unchanged. */
  readonly filename?: string;
}

/**
 * Returns the output and failure locations: `<path>/[<extension>/]<id>.out` and `<id>-error.out`, or with a filename
 * `<filename>` and `<filename>-error.out`. AWS publishes neither the failure name nor how a filename and an extension
 * combine; see docs/compatibility.md.
 */
export function resultLocations(id: string, naming: OutputNaming): { output: string; failure?: string } {
  const within = (path: string, name: string): string => {
    const parts = [trimSlashes(path, false), trimSlashes(naming.pathExtension ?? '', true), name];
    return parts.filter((part) => part !== '').join('/');
  };
  const output = within(naming.outputPath, naming.filename ?? `${id}.out`);
  if (naming.failurePath === undefined) return { output };
  return { output, failure: within(naming.failurePath, `${naming.filename ?? id}-error.out`) };
}

function trimSlashes(path: string, leadingToo: boolean): string {
  const trailing = path.replace(/\/+$/, '');
  return leadingToo ? trailing.replace(/^\/+/, '') : trailing;
}
