import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startHttpReceiver } from '../support/http-receiver.js';
import { TEST_IMAGES, deployPaused, startWithKeys } from '../support/keyed-ebb.js';
import { SubmitScene } from '../support/submit-scene.js';

describe('callbacks if no receiver on this machine is allowed', () => {
  const settings = { EBB_CALLBACK_ALLOW: '192.0.2.0/24, hooks.internal' };

  it('are refused with the submission if their URL can never be called', async () => {
    await using scene = await SubmitScene.start(settings);
    await scene.deploy('echo');
    await scene.holdBack('echo');
    for (const [url, rule] of [
      ['http://127.0.0.1:8080/', 'The address 127.0.0.1 is not public'],
      ['http://2130706433/', 'The address 127.0.0.1 is not public'],
      ['http://[::ffff:169.254.169.254]/', 'is not public'],
      ['ftp://hooks.example/', 'must be an http or https URL'],
      ['https://me:secret@hooks.example/', 'must not hold credentials'],
    ] as const) {
      const { body, status } = await scene.submit('echo', { 'callback-url': url }, 'x');
      const why = [status, body.code, body.detail];
      expect([url, ...why]).toEqual([url, 400, 'InvalidRequest', expect.stringContaining(rule)]);
    }
    const listed = await scene.submit('echo', { 'callback-url': 'http://192.0.2.7/' }, 'x');
    expect(listed.status).toBe(202);
    expect(await scene.storedInputs('echo')).toHaveLength(1);
  });

  it('do not reach it by a name either, and the record says why', async () => {
    await using receiver = await startHttpReceiver();
    await using scene = await SubmitScene.start(settings);
    await scene.deploy('echo');
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    const { body: accepted } = await scene.submit('echo', { 'callback-url': url }, 'x');
    const attempt = await eventually('an attempt is on record', async () => {
      type Known = { items: { attempts: { reason: string }[] }[] };
      const { body } = await scene.rest.get<Known>(`invocations/${accepted.id}/deliveries`);
      return body.items[0]?.attempts[0];
    });
    expect(attempt.reason).toMatch(
      /^The address (127\.0\.0\.1|::1) is not public, and the operator has not allowed it/,
    );
    expect(receiver.received).toEqual([]);
  });
});

describe('callbacks of access keys', () => {
  it('are signed with the secret of the submitter, whose record is visible to it and to operators', async () => {
    await using receiver = await startHttpReceiver();
    await using ebb = await startWithKeys(
      { operator: { role: 'operate' }, ann: { role: 'submit' }, ben: { role: 'submit' } },
      { EBB_IMAGES: TEST_IMAGES, EBB_CALLBACK_ALLOW: '127.0.0.1' },
    );
    await deployPaused(ebb, 'operator', 'echo');
    const submitted = await fetch(`${ebb.url}/v1/endpoints/echo/invocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ebb.keys.ann.credential.token}`, 'callback-url': receiver.url },
      body: 'x',
    });
    const { id } = (await submitted.json()) as { id: string };
    await ebb.ask('ann', 'DELETE', `/v1/invocations/${id}`);
    const { body, headers } = await receiver.next(() => true);
    const verify = (secret: string): unknown => new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verify(ebb.keys.ann.webhookSecret)).toMatchObject({ type: 'invocation.cancelled', data: { id } });
    expect(() => verify(ebb.keys.ben.webhookSecret)).toThrow('No matching signature found');

    const statusFor = async (name: 'operator' | 'ann' | 'ben', method: string, path: string): Promise<number> =>
      (await ebb.ask(name, method, path)).status;
    const own = `/v1/invocations/${id}/deliveries`;
    const [all, again] = ['/v1/deliveries', `/v1/deliveries/cb_${id}:redeliver`];
    expect([await statusFor('ann', 'GET', own), await statusFor('ben', 'GET', own)]).toEqual([200, 404]);
    expect([await statusFor('ann', 'GET', all), await statusFor('operator', 'GET', all)]).toEqual([403, 200]);
    expect([await statusFor('ann', 'POST', again), await statusFor('operator', 'POST', again)]).toEqual([403, 202]);
    expect(ebb.log.join('\n')).not.toContain('whsec_');
  });
});
