/**
 * All bytes of an `InvokeEndpointAsync` by location, with the headers that an AWS SDK sends: the floor's server has to
 * parse as much as Ebb does.
 */
export function invokeRequest(port: number, endpointName: string, input: string): string {
  const headers = [
    `POST /endpoints/${endpointName}/async-invocations HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/octet-stream',
    'content-length: 0',
    `x-amzn-sagemaker-inputlocation: ${input}`,
    'x-amzn-sagemaker-content-type: application/json',
    'x-amz-user-agent: aws-sdk-js/3.1164.0',
    'user-agent: aws-sdk-js/3.1164.0 ua/2.1 os/linux#6.1.0 lang/js md/nodejs#24.21.0 api/sagemaker-runtime#3.1164.0',
    'amz-sdk-invocation-id: 7a4b6a1e-6a3f-4a57-9d5d-3f6a0e8f4c11',
    'amz-sdk-request: attempt=1; max=3',
    'x-amz-date: 20261122T120000Z',
    `x-amz-content-sha256: ${'e3b0c442'.repeat(8)}`,
    'authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/sagemaker/aws4_request, ' +
      'SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;' +
      `x-amz-date;x-amz-user-agent;x-amzn-sagemaker-inputlocation, Signature=${'5d672d79'.repeat(8)}`,
    'connection: keep-alive',
  ];
  return `${headers.join('\r\n')}\r\n\r\n`;
}
