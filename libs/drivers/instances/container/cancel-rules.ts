import type { CancelAnswer } from '../../../core/ports/instances.js';
import type { ContainerHttp } from './container-http.js';

/** The rules of an image for cancelling a running invocation. */
export interface CancelRules {
  /** The path of the POST that tells the container to stop working on an invocation. */
  readonly path?: string;
  /** How long Ebb waits for the container to say that it has stopped; then Ebb may end the instance. */
  readonly endsInstanceAfterMs?: number;
}

/** A path of printable characters, without the beginning of a query or a fragment. */
const PATH = /^\/[\x21-\x7e]{0,255}$/;
const MAX_GRACE_SECONDS = 3600;

const PATH_LABEL = 'ebb.cancel-path';
const GRACE_LABEL = 'ebb.cancel-ends-instance-after-seconds';

/** Reads the member `cancel` of `ebb-image.json`. Raises an Error that says which rule is broken. */
export function readCancelRules(value: unknown): CancelRules {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`'cancel' must be an object.`);
  const { path, endInstanceAfterSeconds, ...unknown } = value as Record<string, unknown>;
  const stranger = Object.keys(unknown)[0];
  if (stranger !== undefined) {
    throw new Error(`'cancel.${stranger}' is not a field; there are 'path' and 'endInstanceAfterSeconds'.`);
  }
  return rules(path, endInstanceAfterSeconds, 'cancel.path', 'cancel.endInstanceAfterSeconds');
}

/**
 * Reads the rules from the labels of a container, which come from its image. Labels that break a rule count as absent.
 */
export function cancelRulesOfLabels(labels: Readonly<Record<string, string>>): CancelRules {
  const seconds = labels[GRACE_LABEL];
  try {
    return rules(labels[PATH_LABEL], seconds === undefined ? undefined : Number(seconds), PATH_LABEL, GRACE_LABEL);
  } catch {
    return {};
  }
}

function rules(path: unknown, seconds: unknown, pathName: string, secondsName: string): CancelRules {
  if (path !== undefined && (typeof path !== 'string' || !PATH.test(path))) {
    throw new Error(`'${pathName}' must be a path such as "/cancel".`);
  }
  const isGrace = typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_GRACE_SECONDS;
  if (seconds !== undefined && !isGrace) {
    throw new Error(`'${secondsName}' must be a number from 0 to ${MAX_GRACE_SECONDS}.`);
  }
  return {
    ...(path !== undefined && { path: path as string }),
    ...(isGrace && { endsInstanceAfterMs: seconds * 1000 }),
  };
}

/** Tells a container to cancel an invocation, as its image's rules say. Raises nothing but the signal's reason. */
export async function cancelBy(
  { path, endsInstanceAfterMs }: CancelRules,
  http: ContainerHttp,
  inferenceId: string,
  signal?: AbortSignal,
): Promise<CancelAnswer> {
  const isAcknowledged = path !== undefined && (await http.cancel(path, inferenceId, signal));
  return { isAcknowledged, ...(endsInstanceAfterMs !== undefined && { endsInstanceAfterMs }) };
}
