import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointAsyncCommand, type InvokeEndpointAsyncCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import Docker from 'dockerode';
import { OWNER_LABEL } from '../../libs/drivers/instances/docker/labels.js';
import { ownerOf } from '../../libs/drivers/instances/docker/owner.js';
import { type EndpointWish, createEndpoint, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { buildEngineImages } from '../support/engine-images.js';
import { eventually } from '../support/eventually.js';
import type { InvocationNotification } from '../support/heard-notifications.js';
import { NotificationInbox } from '../support/notification-inbox.js';
import { type Settings, StandaloneProcess, newDataDirectory } from '../support/standalone.js';
import type { TestedDriver } from './tested-drivers.js';

/** Containers start within a second; where the machine is busy they take their time. */
const PATIENCE_MS = 90_000;
/** Of Ebb's log, so much is shown where something did not come about. */
const LOG_LINES = 8;

/** An invocation that was accepted. */
export interface Sent {
  readonly inferenceId: string;
  readonly outputLocation: string;
  readonly failureLocation: string;
  /** What was sent with the call; empty where the input was in storage. */
  readonly body: string;
}

/** An invocation by Ebb's own status API. */
export interface InvocationNow {
  readonly state: string;
  readonly attempts: readonly { readonly ended?: string; readonly reason?: string }[];
  /** ISO 8601; its last attempt began when there was an instance for it. */
  readonly acceptedAt: string;
  readonly startedAt?: string;
  readonly failureReason?: string;
}

/** One Ebb on one driver, which may be killed and started again, and a receiver who is told of what it settles. */
export class Scene implements AsyncDisposable {
  readonly dataDirectory = newDataDirectory();
  readonly #inbox: NotificationInbox;
  #ebb: StandaloneProcess;
  #aws: AwsClients | undefined;
  #topics: { readonly successTopic: string; readonly errorTopic: string } | undefined;

  private constructor(
    readonly driver: TestedDriver,
    inbox: NotificationInbox,
    private readonly settings: Settings,
  ) {
    this.#inbox = inbox;
    this.#ebb = this.#spawn();
  }

  /** Resolves when Ebb is ready and the engine, if there is one, has the images. */
  static async open(
    driver: TestedDriver,
    settings: Settings = {},
    images: Parameters<typeof buildEngineImages>[1] = ['echo'],
  ): Promise<Scene> {
    if (driver.engine) await buildEngineImages(driver.engine, images);
    const scene = new Scene(driver, await NotificationInbox.listen(), settings);
    try {
      await scene.#becomeReady();
      const [successTopic, errorTopic] = [
        await scene.#inbox.topic(scene.aws, 'done'),
        await scene.#inbox.topic(scene.aws, 'broken'),
      ];
      scene.#topics = { successTopic, errorTopic };
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
  }

  get aws(): AwsClients {
    return this.#aws!;
  }

  /** The last lines of Ebb's log. */
  get log(): readonly string[] {
    return this.#ebb.log;
  }

  get engine(): Docker {
    return engineAt(this.driver.engine!);
  }

  /** An endpoint of the echo image, or of another that the tests have; it tells the receiver. In service when it resolves. */
  async deploy(wish: EndpointWish): Promise<void> {
    await deployEndpoint(this.aws, this.#named(wish));
  }

  /** The same, without waiting for what comes of it. */
  async create(wish: EndpointWish): Promise<void> {
    await createEndpoint(this.aws, this.#named(wish));
  }

  async invoke(endpointName: string, body: string, customAttributes = ''): Promise<Sent> {
    return this.#send({ EndpointName: endpointName, Body: body, CustomAttributes: customAttributes }, body);
  }

  /** With an input that is in storage, of the type that it has there. */
  async invokeStored(endpointName: string, inputLocation: string): Promise<Sent> {
    return this.#send({ EndpointName: endpointName, InputLocation: inputLocation });
  }

  /** Looks until something has come about; where it does not, what Ebb said last is told. */
  async until<T>(what: string, probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
    try {
      return await eventually(what, probe, PATIENCE_MS);
    } catch (cause) {
      throw new Error(`${(cause as Error).message} Ebb said last:\n${this.log.slice(-LOG_LINES).join('\n')}`, {
        cause,
      });
    }
  }

  /** What the receiver was told of an invocation, when it has been. */
  told({ inferenceId }: Sent): Promise<InvocationNotification> {
    return this.until(`it is told of ${inferenceId}`, () => this.#inbox.of(inferenceId));
  }

  /** What the container answered, once the receiver was told that it did. */
  async answer(sent: Sent): Promise<string> {
    const { invocationStatus, failureReason } = await this.told(sent);
    if (invocationStatus !== 'Completed')
      throw new Error(`${sent.inferenceId} is ${invocationStatus}: ${failureReason}`);
    return (await this.aws.objectAt(sent.outputLocation))!.text;
  }

  now({ inferenceId }: Sent): Promise<InvocationNow> {
    return this.aws.status<InvocationNow>(`invocations/${inferenceId}`);
  }

  /**
   * What is wrong with invocations that were to be answered with their own bodies: one that is lost, settled otherwise or
   * twice, or told of in two ways. Waits until each has been told of.
   */
  async faultsOf(all: readonly Sent[]): Promise<string[]> {
    const faults: string[] = [];
    for (const sent of all) {
      const { inferenceId, outputLocation, failureLocation, body } = sent;
      await this.told(sent);
      const heard = this.#inbox.heard.get(inferenceId)!;
      const { state } = await this.now(sent);
      if (state !== 'Completed') faults.push(`${inferenceId} is ${state}`);
      if ((await this.aws.objectAt(outputLocation))?.text !== body) faults.push(`${inferenceId} has another output`);
      if (await this.aws.objectAt(failureLocation)) faults.push(`${inferenceId} has a failure object`);
      if (heard.documents.size !== 1) faults.push(`${inferenceId} was told in ${heard.documents.size} versions`);
      if (heard.messageIds.size !== 1) faults.push(`${inferenceId} was told under ${heard.messageIds.size} ids`);
    }
    return faults;
  }

  /** The ids of this Ebb's containers that are there, in no order that means anything: others may use the engine, too. */
  async containers(): Promise<string[]> {
    const owner = await ownerOf(join(this.dataDirectory, 'containers'));
    const filters = { label: [`${OWNER_LABEL}=${owner}`] };
    return (await this.engine.listContainers({ all: true, filters })).map(({ Id }) => Id).sort();
  }

  /** `kill -9` of Ebb. */
  async kill(): Promise<void> {
    this.#aws?.[Symbol.dispose]();
    await this.#ebb.kill();
  }

  /** Starts Ebb on the data of the one that was killed. */
  async restart(): Promise<void> {
    this.#ebb = this.#spawn();
    await this.#becomeReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#aws?.[Symbol.dispose]();
    await this.#ebb.stop();
    await this.#inbox[Symbol.asyncDispose]();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }

  #spawn(): StandaloneProcess {
    const settings = { EBB_DATA_DIR: this.dataDirectory, EBB_KEEP_WARM_SECONDS: '2', EBB_LOG_LEVEL: 'info' };
    return new StandaloneProcess({ ...settings, ...this.driver.settings, ...this.settings });
  }

  async #becomeReady(): Promise<void> {
    this.#aws = new AwsClients(await this.#ebb.ready);
  }

  async #send(input: InvokeEndpointAsyncCommandInput, body = ''): Promise<Sent> {
    const { InferenceId, OutputLocation, FailureLocation } = await this.aws.runtime.send(
      new InvokeEndpointAsyncCommand(input),
    );
    return { inferenceId: InferenceId!, outputLocation: OutputLocation!, failureLocation: FailureLocation!, body };
  }

  #named(wish: EndpointWish): EndpointWish {
    return { ...this.#topics, ...wish, image: this.driver.image(wish.image ?? 'echo') };
  }
}

/** A client of the engine at `unix://…`. */
export function engineAt(host: string): Docker {
  return new Docker({ socketPath: host.slice('unix://'.length) });
}
