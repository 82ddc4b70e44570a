import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** `Code` of S3's error document. */
  readonly code?: string;
}

/** Sends exactly these headers and bytes, which no SDK would send. */
export function rawRequest(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
  body: string | Uint8Array = '',
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const code = /<Error><Code>(\w+)<\/Code>/.exec(text)?.[1];
        resolve({ status: response.statusCode!, headers: response.headers, body: text, code });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
