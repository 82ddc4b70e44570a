import { resolve } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Page, pagesIn } from '../../apps/demo/pages.js';
import { BUCKET, endpointNow } from '../support/asynchronous-endpoint.js';
import { Scene, type Sent } from './scene.js';
import { onEach } from './tested-drivers.js';

const PAGES = resolve(import.meta.dirname, '../../infra/images/ocr/pages');
const ROUNDS = 3;
const MAXIMUM = 3;

onEach(['dockerd', 'podman', 'process'], (driver) => {
  let scene: Scene;
  let pages: Page[];

  beforeAll(async () => {
    pages = await pagesIn(PAGES);
    scene = await Scene.open(driver, {}, ['ocr']);
  }, 120_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  it('reads pages from zero to several instances and back to zero, everyone right', async () => {
    await scene.deploy({ name: 'ocr', image: 'ocr', slots: 2, maximum: MAXIMUM });
    for (const { file, bytes, contentType } of pages) {
      const object = { Bucket: BUCKET, Key: `in/${file}`, Body: bytes, ContentType: contentType };
      await scene.aws.s3.send(new PutObjectCommand(object));
    }
    expect(await endpointNow(scene.aws, 'ocr')).toMatchObject({ instances: { desired: 0, inService: 0 } });

    const sent = await burst();
    await scene.until(
      'several instances serve at once',
      async () => (await endpointNow(scene.aws, 'ocr')).instances.inService > 1,
    );
    const faults: string[] = [];
    for (const [page, invocation] of sent) faults.push(...(await faultsOf(page, invocation)));
    expect(faults).toEqual([]);

    await scene.until('nothing is left of it', async () => {
      const { instances } = await endpointNow(scene.aws, 'ocr');
      const isAsleep = instances.inService + instances.starting + instances.draining === 0;
      return isAsleep && (!driver.engine || (await scene.containers()).length === 0);
    });
  });

  /** Every page several times over, all at once. */
  async function burst(): Promise<[Page, Sent][]> {
    const all = Array.from({ length: ROUNDS }, () => pages).flat();
    return Promise.all(
      all.map(async (page): Promise<[Page, Sent]> => {
        return [page, await scene.invokeStored('ocr', `s3://${BUCKET}/in/${page.file}`)];
      }),
    );
  }

  async function faultsOf({ file, contains }: Page, invocation: Sent): Promise<string[]> {
    const { invocationStatus, failureReason } = await scene.told(invocation);
    if (contains === undefined) return invocationStatus === 'Failed' ? [] : [`${file} is ${invocationStatus}`];
    if (invocationStatus !== 'Completed') return [`${file} is ${invocationStatus}: ${failureReason}`];
    const { text } = JSON.parse(await scene.answer(invocation)) as { text: string };
    return text.replaceAll(/\s+/g, ' ').includes(contains) ? [] : [`${file} reads: ${text}`];
  }
});
