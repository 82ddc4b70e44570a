import { EbbError, isEbbError } from '../../../../core/errors.js';

/** What the Engine API answered with a status that is an error. */
interface EngineAnswer extends Error {
  readonly statusCode: number;
}

/** How a connection to an engine fails that is not there, or goes away. */
const CONNECTION_CODES: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether it was the engine that did not answer, rather than an answer that came. */
export function isAway(error: unknown): boolean {
  return isEbbError(error, 'Unavailable') || CONNECTION_CODES.has((error as NodeJS.ErrnoException).code);
}

/** The container, image or network is not there. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** The container is not in the state that the call needs: it has ended, or is paused or not. Podman says so with 500. */
export function isStateConflict(error: unknown): boolean {
  const status = statusOf(error);
  return status === 409 || status === 304 || (status === 500 && /state improper|is not paused/.test(wordsOf(error)));
}

export function isPortTaken(error: unknown): boolean {
  return statusOf(error) === 500 && /port is already allocated|address already in use/.test(wordsOf(error));
}

/** The network is not there, or not the only one of its name. */
export function isNetworkUnusable(error: unknown): boolean {
  return /network .*(not found|is ambiguous)|unable to find network|no such network/i.test(wordsOf(error));
}

export function isImageMissing(error: unknown): boolean {
  return isMissing(error) && /image/i.test(wordsOf(error));
}

/** The engine's own words, without the client's wrapping. */
export function wordsOf(error: unknown): string {
  return (error as Error).message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/**
 * A launch that the engine refused: `Unavailable` where it could start no container now, for want of room on its disk, a port
 * or a network, `InstanceUnavailable` where it may be the image.
 */
export function explainRefusal(instanceId: string, error: unknown): EbbError {
  const words = wordsOf(error);
  const isFull = /no space left on device|disk quota exceeded/i.test(words);
  const isEngines = isFull || isPortTaken(error) || isNetworkUnusable(error);
  const message = `Instance ${instanceId} could not be launched: ${words}.`;
  return new EbbError(isEngines ? 'Unavailable' : 'InstanceUnavailable', message, { cause: error });
}

/** `Unavailable`, with what a person can do, for an engine that is away; anything else is given back as it is. */
export function explainEngineError(error: unknown, address: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isEbbError(error) || !isAway(error)) return error;
  const advice =
    code === 'EACCES'
      ? 'this user may not use it: add the user to the group that owns the socket (docker)'
      : 'start Docker or Podman, or say with EBB_DOCKER_HOST where its API listens';
  return new EbbError('Unavailable', `The container engine at ${address} does not answer (${code}): ${advice}.`, {
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<EngineAnswer>).statusCode;
}
