import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

interface InvocationWhy {
  readonly why: string;
}

interface EndpointWhy {
  readonly variants: readonly {
    readonly why: string;
    readonly starts: readonly { readonly phase: string }[];
    readonly startPhases: readonly { readonly phase: string; readonly medianMs: number }[];
    readonly decisions: readonly { readonly from: number; readonly to: number; readonly cause: string }[];
  }[];
}

describe('Ebb tells an operator why', () => {
  let ebb: StandaloneProcess;
  let aws: AwsClients;

  beforeAll(async () => {
    ebb = await startStandalone();
    aws = new AwsClients(ebb.url);
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.[Symbol.asyncDispose]();
  });

  const invoke = async (EndpointName: string): Promise<string> => {
    const { InferenceId } = await aws.runtime.send(new InvokeEndpointAsyncCommand({ EndpointName, Body: 'x' }));
    return InferenceId!;
  };
  const why = async (id: string): Promise<string> => (await aws.status<InvocationWhy>(`invocations/${id}`)).why;
  const variantOf = async (name: string) => (await aws.status<EndpointWhy>(`endpoints/${name}`)).variants[0]!;

  it('an invocation waits while its instance boots', async () => {
    await deployEndpoint(aws, { name: 'slow', environment: { ECHO_BOOT_MS: '100000' } });
    const id = await invoke('slow');
    await eventually('it boots', async () => /1 instance is starting \(booting for/.test(await why(id)));
    expect(await variantOf('slow')).toMatchObject({
      why: expect.stringMatching(/^It has 1 instance because /),
      starts: [{ phase: 'boot' }],
      decisions: [{ from: 0, to: 1 }],
    });
  });

  it('an invocation waits for a container that dies, and the endpoint says so too', async () => {
    await deployEndpoint(aws, { name: 'dying', environment: { ECHO_EXIT_AFTER_MS: '1' } });
    const id = await invoke('dying');
    const endpoint = await eventually('the endpoint tells of it', async () => {
      const described = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'dying' }));
      return described.FailureReason === undefined ? undefined : described;
    });
    expect(endpoint).toMatchObject({
      EndpointStatus: 'InService',
      FailureReason: expect.stringMatching(
        /main is in a crash loop: \d+ launches in a row have failed .* exit code 3\. One instance is tried again from /,
      ),
    });
    // While a launch is retried, the text says that an instance is starting.
    await eventually('the invocation says so', async () => /launches in a row have failed/.test(await why(id)));
  });

  it('an invocation was settled', async () => {
    await deployEndpoint(aws, { name: 'quick' });
    const id = await invoke('quick');
    await eventually('it is settled', async () => (await why(id)).startsWith('It was settled as Completed at '));
    const { why: whyVariant } = await eventually('its instance is free again', async () => {
      const variant = await variantOf('quick');
      return / is idle\.| are idle\./.test(variant.why) && variant;
    });
    expect(whyVariant).toContain('1 is idle.');
  });
});
