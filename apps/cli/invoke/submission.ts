import { randomUUID } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubmittedDocument } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import type { Session } from '../session/session.js';
import type { Source } from './sources.js';
import type { UploadBars } from './upload-bars.js';

const MAX_TRIES = 4;
const MAX_PAUSE_SECONDS = 30;
/** Refused for now, but not until a moment that could be waited for. */
const LASTING = new Set(['IntakePaused', 'StorageFull', 'QuotaExceeded']);

/** What goes along with every input. */
export interface Terms {
  readonly contentType?: string;
  readonly accept?: string;
  readonly priority?: string;
  readonly ttl?: number;
  readonly deadline?: string;
  readonly invocationTimeout?: number;
  readonly label?: Readonly<Record<string, string>>;
  readonly callback?: string;
  readonly idempotencyKey?: string;
  readonly inferenceId?: string;
  readonly customAttributes?: string;
}

/** One input that was accepted. */
export interface Submitted {
  readonly source: Source;
  readonly answer: SubmittedDocument;
}

/**
 * Sends one input. While Ebb cannot take it, or the connection breaks, it is tried again: under one idempotency key, so
 * that it is accepted once.
 */
export async function submit(
  { client, signal }: Session,
  { endpoint, source, terms }: { readonly endpoint: string; readonly source: Source; readonly terms: Terms },
  bars: UploadBars,
): Promise<Submitted> {
  const headers = headersOf({ idempotencyKey: `ebb-${randomUUID()}`, contentType: guessed(source.file), ...terms });
  for (let tries = 1; ; tries += 1) {
    const input = source.open();
    const bar = bars.begin(source, input.body as ReadStream | undefined);
    try {
      return { source, answer: await client.submit(endpoint, input, headers) };
    } catch (error) {
      if (tries === MAX_TRIES || !source.isRepeatable || signal.aborted || !isPassing(error)) throw error;
      await sleep(pauseSeconds(error, tries) * 1000, undefined, { signal });
    } finally {
      bar?.end();
      input.body?.destroy();
    }
  }
}

function isPassing(error: unknown): error is Failure {
  if (!(error instanceof Failure)) return false;
  if (error.exit === 'later') return !LASTING.has(error.problem?.code ?? '');
  return error.exit === 'unreachable' && (error.cause as { code?: string } | undefined)?.code !== 'ECONNREFUSED';
}

function pauseSeconds({ retryAfterSeconds }: Failure, tries: number): number {
  return Math.min(MAX_PAUSE_SECONDS, retryAfterSeconds ?? 2 ** (tries - 1));
}

function headersOf(terms: Terms): Record<string, string> {
  const { accept, callback, contentType, customAttributes, deadline, idempotencyKey, inferenceId } = terms;
  const { invocationTimeout, label, priority, ttl } = terms;
  const headers: Record<string, string | undefined> = {
    'content-type': contentType,
    accept,
    priority,
    deadline,
    'time-to-live': ttl?.toString(),
    'invocation-timeout': invocationTimeout?.toString(),
    labels:
      label &&
      Object.entries(label)
        .map((pair) => pair.join('='))
        .join(','),
    'callback-url': callback,
    'idempotency-key': idempotencyKey,
    'inference-id': inferenceId,
    'custom-attributes': customAttributes,
  };
  return Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  jsonl: 'application/jsonlines',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ndjson: 'application/x-ndjson',
  pdf: 'application/pdf',
  png: 'image/png',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
  wav: 'audio/wav',
  webp: 'image/webp',
  xml: 'application/xml',
};

/** The content type that a file of this name usually has. */
export function guessed(file: string): string {
  const extension = /\.([a-z\d]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  return CONTENT_TYPES[extension] ?? 'application/octet-stream';
}
