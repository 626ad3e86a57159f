import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a function answered: its result, or the error that it reported. */
export interface Answer {
  readonly kind: 'response' | 'error';
  readonly body: unknown;
}

/** The interface between Lambda and a runtime, on loopback: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export interface RuntimeApi {
  /** What `AWS_LAMBDA_RUNTIME_API` is for the runtime. */
  readonly address: string;
  /**
   * Hands an event to the runtime that asks for the next one.
   *
   * @param event the event
   */
  invoke(event: unknown): Promise<Answer>;
  /** Ends it. */
  close(): void;
}

interface Invocation {
  readonly event: unknown;
  readonly answered: (answer: Answer) => void;
}

/** Starts the interface. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let asked: (() => void) | undefined;
  let count = 0;

  const next = async (): Promise<[string, Invocation]> => {
    while (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        asked = resolve;
      });
    }
    count += 1;
    const id = `00000000-0000-0000-0000-${String(count).padStart(12, '0')}`;
    const invocation = waiting.shift() as Invocation;
    running.set(id, invocation);
    return [id, invocation];
  };

  const report = async (request: IncomingMessage): Promise<void> => {
    const [, id, kind] = /\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    const body = JSON.parse((await text(request)) || 'null');
    running.get(id)?.answered({ kind: kind as Answer['kind'], body });
  };

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const [id, { event }] = await next();
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': id,
        'lambda-runtime-deadline-ms': String(Date.now() + 10_000),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:tried',
      });
      response.end(JSON.stringify(event));
      return;
    }
    await report(request);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event) =>
      new Promise((answered) => {
        waiting.push({ event, answered });
        asked?.();
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
