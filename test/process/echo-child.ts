/** @file A child process for the tests: answers, waits, fails and dies on request. */
import { AppError } from '../../core/api/errors.ts';
import { type CallContext, serveChild } from '../../core/process/serve.ts';

const methods = (
  parent: Parameters<Extract<Parameters<typeof serveChild>[0], (...input: never) => unknown>>[1],
  args: { greeting: string },
) => ({
  greet: (name: string) => `${args.greeting} ${name}`,
  double: (values: Float32Array) => values.map((value) => value * 2),
  pid: () => process.pid,
  refuse: () => {
    throw new AppError('not-found', 'no such picture: 7');
  },
  stumble: () => {
    throw new TypeError('undefined is not a picture');
  },
  block: (milliseconds: number) => {
    const end = Date.now() + milliseconds;
    while (Date.now() < end); // like native code: deaf to everything
    return milliseconds;
  },
  untilCancelled: (_: undefined, { signal }: CallContext) =>
    new Promise((_resolve, reject) => {
      parent.emit('waiting');
      signal.addEventListener('abort', () => {
        parent.emit('was-cancelled');
        reject(signal.reason);
      });
    }),
  die: (status: number) => process.exit(status),
  unclonable: () => () => 1,
  strayRejection: () => {
    void Promise.reject(new Error('nobody waits for this'));
  },
});
export type EchoMethods = ReturnType<typeof methods>;

serveChild((args: { greeting: string; failStart?: boolean }, parent) => {
  if (args.failStart) throw new Error('the model file is missing');
  parent.on('ping', (data) => parent.emit('pong', data));
  parent.port.on('message', (event) => parent.port.postMessage({ echoed: event?.data }));
  parent.onClose(() => parent.emit('closing'));
  return methods(parent, args);
});
