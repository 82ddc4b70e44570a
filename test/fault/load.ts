import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import type { AwsClients } from '../support/aws-clients.js';
import type { SeededRandom } from '../support/seeded-random.js';
import { type Plan, drawPlan } from './plan.js';

const CALLERS = 4;
/** Callers rest for a moment between requests: one that never does would leave no processor time for the work. */
const LONGEST_REST_MS = 50;

/** What a client knows of an invocation whose 202 it has seen. */
export interface Receipt {
  readonly plan: Plan;
  readonly outputLocation: string;
  readonly failureLocation: string;
}

/** Clients that go on invoking whatever happens to the service, and keep every 202. */
export class Load implements Disposable {
  readonly plans = new Map<string, Plan>();
  readonly receipts: Receipt[] = [];
  /** Answers that were neither a 202 nor a broken connection. */
  readonly refusals: string[] = [];
  /** Requests whose connection broke: nobody knows whether they were accepted. */
  unanswered = 0;
  private isOver = false;
  private readonly callers: Promise<void>[];

  /** `clients` resolves when there is a service to call. */
  constructor(
    random: SeededRandom,
    private readonly clients: () => Promise<AwsClients>,
  ) {
    this.callers = Array.from({ length: CALLERS }, (_, index) => this.call(`caller-${index}`, random.fork()));
  }

  /** Resolves when the last request has been answered. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.callers);
  }

  [Symbol.dispose](): void {
    this.isOver = true;
  }

  private async call(caller: string, random: SeededRandom): Promise<void> {
    for (let count = 0; !this.isOver; count++) {
      const plan = drawPlan(random, `${caller}-${count}`);
      this.plans.set(plan.inferenceId, plan);
      await this.invoke(await this.clients(), plan);
      await sleep(random.integer(0, LONGEST_REST_MS));
    }
  }

  private async invoke({ runtime }: AwsClients, plan: Plan): Promise<void> {
    const { inferenceId, endpointName, input, customAttributes } = plan;
    try {
      const accepted = await runtime.send(
        new InvokeEndpointAsyncCommand({
          EndpointName: endpointName,
          InferenceId: inferenceId,
          ContentType: 'text/plain',
          CustomAttributes: customAttributes,
          ...('body' in input ? { Body: input.body } : { InputLocation: input.location }),
        }),
      );
      const { OutputLocation, FailureLocation } = accepted;
      this.receipts.push({ plan, outputLocation: OutputLocation!, failureLocation: FailureLocation! });
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      // The head of a 202 may come through without its body.
      if (status === undefined || status === 202) this.unanswered += 1;
      else this.refusals.push(`${inferenceId} was answered ${status}: ${String(error)}`);
    }
  }
}
