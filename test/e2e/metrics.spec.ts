import { PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

let ebb: StandaloneProcess;
let aws: AwsClients;

beforeAll(async () => {
  ebb = await startStandalone();
  aws = new AwsClients(ebb.url);
});

afterAll(async () => {
  aws?.[Symbol.dispose]();
  await ebb?.stop();
});

it('Ebb shows every metric of an endpoint to Prometheus, under the variant that ran the invocation', async () => {
  await deployEndpoint(aws, { name: 'measured' });
  expect(await scrape()).toMatchObject({
    'ebb_approximate_backlog_size{endpoint_name="measured"}': 0,
    'ebb_instances{endpoint_name="measured",variant_name="main",state="in_service"}': 0,
  });
  await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'in', Body: 'page', ContentType: 'text/plain' }));
  await invoke('delayMs=50');
  await invoke('status=503');
  await invoke('', 'missing');
  const figures = await eventually('three invocations have been processed', async () => {
    const found = await scrape();
    return found[ofVariant('invocations_processed_total')] === 3 && found;
  });
  expect(figures).toMatchObject({
    'ebb_approximate_backlog_size{endpoint_name="measured"}': 0,
    'ebb_approximate_backlog_size_per_instance{endpoint_name="measured"}': 0,
    'ebb_approximate_age_of_oldest_request_seconds{endpoint_name="measured"}': 0,
    'ebb_has_backlog_without_capacity{endpoint_name="measured"}': 0,
    [ofVariant('invocation_failures_total')]: 2,
    [ofVariant('expired_requests_total')]: 0,
    [ofVariant('request_download_failures_total')]: 1,
    [ofVariant('response_upload_failures_total')]: 0,
    [ofVariant('notification_failures_total')]: 0,
    [ofVariant('invocation_4xx_errors_total')]: 0,
    [ofVariant('invocation_5xx_errors_total')]: 1,
    [ofVariant('time_in_backlog_seconds_count')]: 3,
    [ofVariant('total_processing_time_seconds_count')]: 3,
    [ofVariant('request_download_latency_seconds_count')]: 2,
    [ofVariant('model_latency_seconds_count')]: 2,
    [ofVariant('response_upload_latency_seconds_count')]: 1,
  });
  expect(figures[ofVariant('instance_starts_total')]).toBeGreaterThanOrEqual(1);
  const modelSeconds = figures[ofVariant('model_latency_seconds_sum')]!;
  expect(modelSeconds).toBeGreaterThanOrEqual(0.045);
  expect(modelSeconds).toBeLessThan(figures[ofVariant('total_processing_time_seconds_sum')]!);
  expect(Math.abs(figures['process_start_time_seconds']! - Date.now() / 1000)).toBeLessThan(120);
  expect(figures['process_resident_memory_bytes']).toBeGreaterThan(1e7);
});

function ofVariant(name: string): string {
  return `ebb_${name}{endpoint_name="measured",variant_name="main"}`;
}

async function invoke(CustomAttributes: string, key = 'in'): Promise<void> {
  const InputLocation = `s3://${BUCKET}/${key}`;
  await aws.runtime.send(new InvokeEndpointAsyncCommand({ EndpointName: 'measured', InputLocation, CustomAttributes }));
}

/** Returns every sample by its series. */
async function scrape(): Promise<Record<string, number>> {
  const response = await fetch(`${ebb.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
