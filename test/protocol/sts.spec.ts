import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_ID, type MessagingServer, startMessagingServer } from '../support/messaging-server.js';

let server: MessagingServer;
let sts: STSClient;

beforeAll(async () => {
  server = await startMessagingServer();
  sts = new STSClient(server.clients);
});
afterAll(async () => {
  sts.destroy();
  await server.close();
});

describe('STS through the AWS SDK', () => {
  it('reports every caller in a role of the configured account', async () => {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT_ID,
      Arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/ebb/AKIATEST`,
      UserId: expect.stringMatching(/^AROA\w+:AKIATEST$/),
    });
  });

  it('answers unsigned callers too', async () => {
    const response = await fetch(`${server.url}/?Action=GetCallerIdentity&Version=2011-06-15`);
    expect(await response.text()).toContain(`assumed-role/ebb/local</Arn>`);
  });

  it('issues credentials for a role, for the requested duration', async () => {
    const RoleArn = 'arn:aws:iam::999988887777:role/service-role/runner';
    const asked = { RoleArn, RoleSessionName: 'me', DurationSeconds: 900 };
    const { AssumedRoleUser, Credentials } = await sts.send(new AssumeRoleCommand(asked));
    expect(AssumedRoleUser!.Arn).toBe('arn:aws:sts::999988887777:assumed-role/runner/me');
    expect(Credentials).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/), Expiration: expect.any(Date) });
    expect(Credentials!.Expiration!.getTime() - Date.now()).toBeLessThanOrEqual(900_000);
  });

  it('issues session tokens', async () => {
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    expect(Credentials!.SessionToken!.length).toBeGreaterThan(0);
  });

  it('refuses wrong roles, sessions and durations', async () => {
    const RoleArn = 'arn:aws:iam::999988887777:role/runner';
    for (const request of [
      { RoleArn: 'runner-in-the-house-of', RoleSessionName: 'me' },
      { RoleArn, RoleSessionName: 'with space' },
      { RoleArn, RoleSessionName: 'me', DurationSeconds: 1 },
    ]) {
      await expect(sts.send(new AssumeRoleCommand(request))).rejects.toMatchObject({ name: 'ValidationError' });
    }
  });

  it('refuses other actions as invalid', async () => {
    const response = await fetch(`${server.url}/?Action=DecodeAuthorizationMessage&Version=2011-06-15`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>InvalidAction</Code>');
  });
});
