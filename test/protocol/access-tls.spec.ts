import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type PeerCertificate, connect } from 'node:tls';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAN_MAKE_CERTIFICATES, type Certificate, makeCertificate } from '../support/certificates.js';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

describe.skipIf(!CAN_MAKE_CERTIFICATES)('Ebb with a certificate (needs openssl)', () => {
  let directory: string;
  let files: { readonly certFile: string; readonly keyFile: string };
  let certificates: readonly [Certificate, Certificate];
  let ebb: KeyedEbb<'operator'>;

  const show = ({ certFile, keyFile }: Certificate): void => {
    copyFileSync(certFile, files.certFile);
    copyFileSync(keyFile, files.keyFile);
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ebb-tls-'));
    certificates = [makeCertificate(directory, 'one.test'), makeCertificate(directory, 'two.test')];
    files = { certFile: join(directory, 'shown.crt'), keyFile: join(directory, 'shown.key') };
    show(certificates[0]);
    const { certFile, keyFile } = files;
    const settings = { EBB_TLS_CERT_FILE: certFile, EBB_TLS_KEY_FILE: keyFile, EBB_HOST: '0.0.0.0' };
    ebb = await startWithKeys({ operator: { role: 'operate' } }, settings);
  });
  afterAll(async () => {
    await ebb[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  const port = (): number => Number(new URL(ebb.url).port);

  /** Connects as a client that trusts these certificates and asks for this name. */
  async function handshake(ca: string, servername: string): Promise<PeerCertificate> {
    const socket = connect({ port: port(), host: '127.0.0.1', ca, servername });
    await once(socket, 'secureConnect');
    const peer = socket.getPeerCertificate();
    socket.destroy();
    return peer;
  }

  it('serves TLS only to clients that trust the certificate', async () => {
    expect(ebb.url).toBe(`https://0.0.0.0:${port()}`);
    expect((await handshake(certificates[0].pem, 'one.test')).subject.CN).toBe('one.test');
    await expect(handshake(certificates[1].pem, 'one.test')).rejects.toThrow(/self-signed certificate/);
    await expect(handshake(certificates[0].pem, 'other.test')).rejects.toThrow(/does not match/);
  });

  it('answers nothing in plain HTTP', async () => {
    const request = get({ port: port(), host: '127.0.0.1', path: '/health' });
    await expect(once(request, 'response')).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it('delivers to its own queues, with access keys', async () => {
    const { key, credential } = ebb.keys.operator;
    const client = {
      region: 'us-east-1',
      endpoint: `https://127.0.0.1:${port()}`,
      credentials: { accessKeyId: key.id, secretAccessKey: credential.secretAccessKey },
      requestHandler: {
        httpsAgent: new Agent({ ca: certificates[0].pem, checkServerIdentity: () => undefined }),
      },
      maxAttempts: 1,
    };
    const [sns, sqs] = [new SNSClient(client), new SQSClient(client)];
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'results' }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'results' }));
    expect(QueueUrl).toMatch(/^https:/);
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:results';
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'done' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    expect(JSON.parse(Messages![0]!.Body!)).toMatchObject({ Message: 'done' });
    sns.destroy();
    sqs.destroy();
  });

  it('presents a renewed certificate, and keeps it if the next one cannot be used', async () => {
    show(certificates[1]);
    ebb.standalone.renewCertificate();
    expect((await handshake(certificates[1].pem, 'two.test')).subject.CN).toBe('two.test');
    writeFileSync(files.keyFile, 'no key');
    expect(() => ebb.standalone.renewCertificate()).toThrow(/^EBB_TLS_CERT_FILE and EBB_TLS_KEY_FILE must name/);
    expect((await handshake(certificates[1].pem, 'two.test')).subject.CN).toBe('two.test');
  });

  it('closes connections whose handshake does not end', async () => {
    const settings = { EBB_HEADERS_TIMEOUT_SECONDS: '0.2' };
    const { certFile, keyFile } = certificates[0];
    const tls = { EBB_TLS_CERT_FILE: certFile, EBB_TLS_KEY_FILE: keyFile };
    await using other = await startWithKeys({ operator: { role: 'operate' } }, { ...settings, ...tls });
    const { connect: connectPlainly } = await import('node:net');
    const socket = connectPlainly(Number(new URL(other.url).port), '127.0.0.1');
    expect(await text(socket).catch(() => '')).toBe('');
  });

  it.each([
    ['a missing certificate', () => ({ certFile: '/nowhere.crt' }), /^EBB_TLS_CERT_FILE must name a file/],
    ['a missing key', () => ({ keyFile: '/nowhere.key' }), /^EBB_TLS_KEY_FILE must name a file/],
    ['the key of another', () => ({ keyFile: certificates[1].keyFile }), /OpenSSL says: .*mismatch/i],
    ['a certificate that is a key', () => ({ certFile: certificates[0].keyFile }), /must name a certificate in PEM/],
  ])('does not start with %s', async (_, wrong, message) => {
    const { certFile, keyFile } = { ...certificates[0], ...wrong() };
    const settings = { EBB_TLS_CERT_FILE: certFile, EBB_TLS_KEY_FILE: keyFile };
    const starting = startWithKeys({ operator: { role: 'operate' } }, settings);
    await expect(starting).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringMatching(message) });
  });
});
