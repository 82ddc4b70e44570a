import type { RequestListener, Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Authenticator } from '../../libs/engine/access/authenticate.js';
import { Engine } from '../../libs/engine/engine.js';
import type { Log } from '../../libs/engine/log.js';
import type { World } from '../../libs/engine/world.js';
import type { Config } from '../../libs/host/config.js';
import type { ListeningSettings } from '../../libs/host/listening.js';
import { openWorld } from '../../libs/host/open-world.js';
import { ConfigError } from '../../libs/host/setting-reader.js';
import { withVerbAsPart } from '../../libs/wire/rest/route-paths.js';
import { FrontDoor } from '../api/front-door.js';
import { createFrontServer } from '../api/front-server.js';
import type { FrameworkReply } from '../api/v1/asked.js';
import { refuseUnreadable } from '../api/v1/problem.filter.js';
import { refuseMethods } from '../api/v1/refuse-methods.js';
import { readCertificate, renewCertificate } from './certificate.js';
import { NestLog } from './nest-log.js';
import { StandaloneModule } from './standalone.module.js';

/** Connections that are still open this long after the loops have ended are cut. */
const CLOSE_GRACE_MS = 2_000;

/** A parameter in a path that is longer belongs to nothing; routes have narrower limits of their own. */
const MAX_PARAMETER_LENGTH = 1024;

/** A running Ebb in this process. */
export interface Standalone {
  readonly url: string;
  /** Shows the certificate that is on disk now to whoever connects from now on. Raises `ConfigError`. */
  renewCertificate(): void;
  /** Finishes or hands back what runs, ends all instances, closes everything. */
  stop(): Promise<void>;
}

/** Opens the drivers, listens, starts the loops; resolves when requests are answered. */
export async function startStandalone(config: Config, log: Log): Promise<Standalone> {
  let url = '';
  const { listening } = config;
  const { world, own, close } = await openWorld(config, log, () => url);
  const opened = new AsyncDisposableStack();
  opened.defer(close);
  try {
    const authenticator = new Authenticator(world, config.access.mode, own);
    opened.defer(() => authenticator.close());
    await refuseWithoutOperator(authenticator);
    const { app, server } = await createApp(config, world, authenticator);
    opened.defer(() => closeApp(app, server));
    const engine = app.get(Engine);
    await app.listen(listening.port, listening.host);
    url = urlOf(listening, server.address() as AddressInfo);
    await engine.start();
    return {
      url,
      renewCertificate() {
        if (listening.tls && server instanceof SecureServer) renewCertificate(server, listening.tls);
      },
      async stop() {
        await engine.stop();
        await opened.disposeAsync();
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function closeApp(app: NestFastifyApplication, server: Server): Promise<void> {
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await app.close();
  clearTimeout(cut);
}

/** The front door exists only once Nest has made it, and Nest wants the server before: the server asks for it late. */
async function createApp(
  config: Config,
  world: World,
  authenticator: Authenticator,
): Promise<{ readonly app: NestFastifyApplication; readonly server: Server }> {
  let door: FrontDoor | undefined;
  let server: Server | undefined;
  const { limits, publicUrl, tls } = config.listening;
  const certificate = tls && readCertificate(tls);
  const isOpen = config.access.mode === 'open';
  const adapter = new FastifyAdapter({
    serverFactory: (native: RequestListener) =>
      (server = createFrontServer({ door: () => door, native, limits, tls: certificate, isOpen, publicUrl })),
    genReqId: () => world.clock.uniqueId(),
    rewriteUrl: ({ url = '/' }) => withVerbAsPart(url),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: (error: Error, request: { readonly id: string }, reply: unknown) =>
      refuseUnreadable(error, request, reply as FrameworkReply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.of(config, world, authenticator),
    adapter,
    {
      logger: new NestLog(world.log),
      abortOnError: false,
      bodyParser: false,
    },
  );
  hookInto(adapter);
  await app.init();
  door = app.get(FrontDoor);
  return { app, server: server! };
}

/** Bodies are left alone: they are read by whoever knows their limits, and those of a gigabyte as they come. */
function hookInto(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('ebb-request-id', request.id);
    done();
  });
  fastify.addHook('onRequest', refuseMethods);
}

/** Nobody could do anything with an Ebb that wants keys and has none. */
async function refuseWithoutOperator(authenticator: Authenticator): Promise<void> {
  if (authenticator.mode === 'open' || (await authenticator.hasOperator())) return;
  throw new ConfigError(
    'EBB_ACCESS is keys, as it always is where EBB_HOST is beyond loopback, and there is no access key with which ' +
      'anybody could operate all endpoints. Make one with: ebb keys create NAME --role operate --local',
  );
}

function urlOf({ host, tls }: ListeningSettings, address: AddressInfo): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
