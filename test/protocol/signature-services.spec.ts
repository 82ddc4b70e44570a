import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

const MINUTE_MS = 60_000;
let ebb: KeyedEbb<'operate'>;

beforeAll(async () => {
  ebb = await startWithKeys({ operate: { role: 'operate' } });
});
afterAll(() => ebb[Symbol.asyncDispose]());

interface Settings {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly systemClockOffset?: number;
}

function configuration({ systemClockOffset = 0, sessionToken, ...credentials }: Settings) {
  const { key, credential } = ebb.keys.operate;
  return {
    endpoint: ebb.url,
    region: 'us-east-1',
    maxAttempts: 1,
    systemClockOffset,
    credentials: {
      accessKeyId: key.id,
      secretAccessKey: credential.secretAccessKey,
      ...credentials,
      ...(sessionToken && { sessionToken }),
    },
  };
}

type Call = (config: ReturnType<typeof configuration>) => Promise<unknown>;

/** One service: how it is called, the names and the status of its refusals, and the clock skew that it allows. */
interface Case {
  readonly call: Call;
  /** The outcome of an admitted call, if that is an error too. */
  readonly letIn?: string;
  readonly names: 'json' | 'query';
  readonly status: 400 | 403;
  readonly skewMinutes: 5 | 15;
}

const CASES: Readonly<Record<string, Case>> = {
  'SageMaker runtime': {
    call: (config) =>
      new SageMakerRuntimeClient(config).send(
        new InvokeEndpointAsyncCommand({ EndpointName: 'none', InputLocation: 's3://inputs/b' }),
      ),
    letIn: 'ValidationError',
    names: 'json',
    status: 403,
    skewMinutes: 5,
  },
  SageMaker: {
    call: (config) => new SageMakerClient(config).send(new ListModelsCommand({})),
    names: 'json',
    status: 400,
    skewMinutes: 5,
  },
  'Application Auto Scaling': {
    call: (config) =>
      new ApplicationAutoScalingClient(config).send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }),
      ),
    names: 'json',
    status: 400,
    skewMinutes: 5,
  },
  CloudWatch: {
    call: (config) => new CloudWatchClient(config).send(new ListMetricsCommand({})),
    names: 'query',
    status: 403,
    skewMinutes: 15,
  },
  SNS: {
    call: (config) => new SNSClient(config).send(new ListTopicsCommand({})),
    names: 'query',
    status: 403,
    skewMinutes: 15,
  },
  SQS: {
    call: (config) => new SQSClient(config).send(new ListQueuesCommand({})),
    names: 'query',
    status: 403,
    skewMinutes: 15,
  },
  STS: {
    call: (config) => new STSClient(config).send(new GetCallerIdentityCommand({})),
    names: 'query',
    status: 403,
    skewMinutes: 15,
  },
};

const NAMES = {
  json: {
    unknown: 'UnrecognizedClientException',
    mismatch: 'InvalidSignatureException',
  },
  query: { unknown: 'InvalidClientTokenId', mismatch: 'SignatureDoesNotMatch' },
} as const;

/**
 * The code by which a client identifies an error; for services that once spoke the Query protocol, that protocol's
 * code.
 */
async function refusalOf(call: Promise<unknown>): Promise<{ code: string; message: string; status: number }> {
  try {
    await call;
  } catch (error) {
    const {
      name,
      message,
      Code,
      $metadata,
      Error: inner,
    } = error as {
      name: string;
      message: string;
      Code?: string;
      $metadata: { httpStatusCode: number };
      Error?: { Code?: string };
    };
    return { code: inner?.Code ?? Code ?? name, message, status: $metadata.httpStatusCode };
  }
  throw new Error('The call was not refused.');
}

describe.each(Object.entries(CASES))('%s', (_, { call, letIn, names, status, skewMinutes }) => {
  it('admits a request that is signed with the right secret', async () => {
    const outcome = await call(configuration({})).then(
      () => undefined,
      (error: Error) => error.name,
    );
    expect(outcome).toBe(letIn);
  });

  it('refuses another secret', async () => {
    const refusal = await refusalOf(call(configuration({ secretAccessKey: 'wrong' })));
    expect(refusal).toEqual({
      code: NAMES[names].mismatch,
      message: expect.stringMatching(
        /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.\n\nThe Canonical String/,
      ),
      status,
    });
  });

  it('refuses an unknown key', async () => {
    expect(await refusalOf(call(configuration({ accessKeyId: 'AKIANOBODY' })))).toEqual({
      code: NAMES[names].unknown,
      message: 'The security token included in the request is invalid.',
      status,
    });
  });

  it('refuses a session token that was not issued here', async () => {
    expect(await refusalOf(call(configuration({ sessionToken: 'token' })))).toMatchObject({
      code: NAMES[names].unknown,
    });
  });

  it(`refuses a request that was signed more than ${skewMinutes} minutes ago, or ahead`, async () => {
    const late = configuration({ systemClockOffset: -(skewMinutes + 1) * MINUTE_MS });
    expect(await refusalOf(call(late))).toEqual({
      code: NAMES[names].mismatch,
      message: expect.stringMatching(
        new RegExp(
          `^Signature expired: \\d{8}T\\d{6}Z is now earlier than \\d{8}T\\d{6}Z \\(\\d{8}T\\d{6}Z - ${skewMinutes} min\\.\\)$`,
        ),
      ),
      status,
    });
    const early = configuration({ systemClockOffset: (skewMinutes + 1) * MINUTE_MS });
    expect((await refusalOf(call(early))).message).toMatch(/^Signature not yet current: /);
    const outcome = await call(configuration({ systemClockOffset: -(skewMinutes - 1) * MINUTE_MS })).then(
      () => undefined,
      (error: Error) => error.name,
    );
    expect(outcome).toBe(letIn);
  });
});
