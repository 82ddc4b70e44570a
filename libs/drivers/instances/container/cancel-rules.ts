import type { CancelAnswer } from '../../../core/ports/instances.js';
import type { ContainerHttp } from './container-http.js';

/** What an image allows, and offers, for invocations that are cancelled while they run. */
export interface CancelRules {
  /** Where a POST tells the container to stop working on an invocation. */
  readonly path?: string;
  /** An instance may be ended that has not said it stopped, after so long. */
  readonly endsInstanceAfterMs?: number;
}

/** A path of printable characters, and nothing that begins a query or a fragment. */
const PATH = /^\/[\x21-\x7e]{0,255}$/;
const MAX_GRACE_SECONDS = 3600;

const PATH_LABEL = 'ebb.cancel-path';
const GRACE_LABEL = 'ebb.cancel-ends-instance-after-seconds';

/** Reads what `ebb-image.json` has under `cancel`; throws an Error with the rule that is broken. */
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

/** Reads them from the labels of a container, which are its image's; what breaks a rule counts as absent. */
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

/** Tells a container what its image's rules have it told. Raises nothing but the signal's reason. */
export async function cancelBy(
  { path, endsInstanceAfterMs }: CancelRules,
  http: ContainerHttp,
  inferenceId: string,
  signal?: AbortSignal,
): Promise<CancelAnswer> {
  const isAcknowledged = path !== undefined && (await http.cancel(path, inferenceId, signal));
  return { isAcknowledged, ...(endsInstanceAfterMs !== undefined && { endsInstanceAfterMs }) };
}
