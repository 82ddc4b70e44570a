import { EbbError, isEbbError } from '../../../../core/errors.js';

/** An answer of the Engine API with an error status. */
interface EngineAnswer extends Error {
  readonly statusCode: number;
}

/** The codes of a failed connection to an engine that is absent or goes away. */
const CONNECTION_CODES: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Tells whether the engine did not answer, as opposed to an answer that is an error. */
export function isAway(error: unknown): boolean {
  return isEbbError(error, 'Unavailable') || CONNECTION_CODES.has((error as NodeJS.ErrnoException).code);
}

/** Tells whether the container, image or network does not exist. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

/**
 * Tells whether the container is not in the state that the call needs: it has ended, or it is paused or not paused.
 * Podman reports this with 500.
 */
export function isStateConflict(error: unknown): boolean {
  const status = statusOf(error);
  return status === 409 || status === 304 || (status === 500 && /state improper|is not paused/.test(wordsOf(error)));
}

/** Tells whether another program has the port. */
export function isPortTaken(error: unknown): boolean {
  return statusOf(error) === 500 && /port is already allocated|address already in use/.test(wordsOf(error));
}

/** Tells whether the network does not exist, or is not the only one of its name. */
export function isNetworkUnusable(error: unknown): boolean {
  return /network .*(not found|is ambiguous)|unable to find network|no such network/i.test(wordsOf(error));
}

/** Tells whether the image is not on the engine. */
export function isImageMissing(error: unknown): boolean {
  return isMissing(error) && /image/i.test(wordsOf(error));
}

/** Returns the engine's own words, without the client's wrapping. */
export function wordsOf(error: unknown): string {
  return (error as Error).message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/**
 * Returns the error for a launch that the engine refused. It is `Unavailable` if the engine lacks disk space, a port or
 * a network and so could start no container now. It is `InstanceUnavailable` if the image may be at fault.
 */
export function explainRefusal(instanceId: string, error: unknown): EbbError {
  const words = wordsOf(error);
  const isFull = /no space left on device|disk quota exceeded/i.test(words);
  const isEngines = isFull || isPortTaken(error) || isNetworkUnusable(error);
  const message = `Instance ${instanceId} could not be launched: ${words}.`;
  return new EbbError(isEngines ? 'Unavailable' : 'InstanceUnavailable', message, { cause: error });
}

/** Returns `Unavailable`, with advice, for an engine that is away, and any other error unchanged. */
export function explainEngineError(error: unknown, address: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isEbbError(error) || !isAway(error)) return error;
  const advice =
    code === 'EACCES'
      ? 'this user has no access to it: add the user to the group that owns the socket (docker)'
      : 'start Docker or Podman, or set EBB_DOCKER_HOST to the address of its API';
  return new EbbError('Unavailable', `The container engine at ${address} does not answer (${code}): ${advice}.`, {
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<EngineAnswer>).statusCode;
}
