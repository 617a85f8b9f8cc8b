/**
 * @file Requests to the Hugging Face Hub or a mirror of it. `node:http` rather than `fetch`: a proxy then belongs to this client alone
 * and not to the process, and a body may be as slow as it likes as long as it moves.
 * Environment: HF_ENDPOINT, HF_TOKEN, HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
 */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { AppError, isAbort } from '../../core/api/errors.ts';
import { Interruption } from './patience.ts';
import { refusal, retryAfter } from './refusals.ts';

export type HubClient = {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /**
   * Answers a 200, or with `from` also a 206 or 416, after redirects. `what` names the thing in messages.
   * Throws Interruption where a later try may work, AppError where it will not.
   */
  get(url: string, options: { what: string; repo: string; from?: number; signal?: AbortSignal | undefined }): Promise<IncomingMessage>;
  close(): void;
};

const redirects: readonly number[] = [301, 302, 303, 307, 308];
const mostRedirects = 8;

export function openHub(env: NodeJS.ProcessEnv, silenceMs: number): HubClient {
  const endpoint = endpointOf(env);
  const token = env.HF_TOKEN?.trim();
  requireProxySupport(env);
  const options = { keepAlive: true, proxyEnv: env };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };

  return {
    endpoint,
    async get(url, { what, repo, from, signal }) {
      let place = new URL(url);
      for (let hop = 0; hop <= mostRedirects; hop++) {
        const headers: http.OutgoingHttpHeaders = { 'user-agent': 'oneword', 'accept-encoding': 'identity' };
        if (from !== undefined) headers.range = `bytes=${from}-`;
        // Never to another host: a redirect to a storage host carries its own signature.
        if (token && place.origin === new URL(endpoint).origin) headers.authorization = `Bearer ${token}`;
        const response = await request(place, { headers, agents, silenceMs, signal });
        const status = response.statusCode ?? 0;
        if (status === 200 || (from !== undefined && (status === 206 || status === 416))) return plain(response, what);
        const next = redirects.includes(status) ? response.headers.location : undefined;
        if (next === undefined) throw await failure(response, { what, repo, endpoint, token, place });
        response.resume();
        place = redirected(place, next, what);
      }
      throw new AppError('download-failed', `${what} cannot be had: ${new URL(endpoint).host} redirects more than ${mostRedirects} times.`);
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Sending = {
  readonly headers: http.OutgoingHttpHeaders;
  readonly agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
};

function request(url: URL, { headers, agents, silenceMs, signal }: Sending): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers, ...(signal ? { signal } : {}) };
    const sent =
      url.protocol === 'https:'
        ? https.get(url, { ...options, agent: agents['https:'] })
        : http.get(url, { ...options, agent: agents['http:'] });
    let response: IncomingMessage | undefined;
    sent.setTimeout(silenceMs, () => (response ?? sent).destroy(new Error(`silent for ${silenceMs / 1000} s`)));
    sent.on('response', (answer) => {
      response = answer;
      resolve(answer);
    });
    sent.on('error', (error) => reject(isAbort(error) ? error : unreachable(url, error)));
  });
}

/** A connection that cannot be made: forever where a certificate or a proxy is wrong, perhaps for a moment otherwise. */
function unreachable(url: URL, cause: NodeJS.ErrnoException): Error {
  const why = cause.message || cause.code || 'no reason given';
  if (/CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_PROXY_INVALID/.test(cause.code ?? '')) {
    const hint = cause.code?.startsWith('ERR_PROXY')
      ? 'Check HTTPS_PROXY and HTTP_PROXY.'
      : 'Where a proxy signs connections anew, name its certificate in NODE_EXTRA_CA_CERTS.';
    return new AppError('download-failed', `${url.host} cannot be reached safely (${why}). ${hint}`, { cause });
  }
  return new Interruption(`${url.host} cannot be reached (${why})`, { cause });
}

async function failure(
  response: IncomingMessage,
  { what, repo, endpoint, token, place }: { what: string; repo: string; endpoint: string; token: string | undefined; place: URL },
): Promise<Error> {
  const status = response.statusCode ?? 0;
  const code = response.headers['x-error-code'];
  response.resume();
  // The address of a storage host is signed for an hour or so; the next try gets a fresh one.
  const isElsewhere = place.origin !== new URL(endpoint).origin;
  if (isElsewhere || status === 408 || status === 429 || status >= 500) {
    return new Interruption(`${place.host} answers ${status} for ${what}`, { waitMs: retryAfter(response.headers['retry-after']) });
  }
  return refusal({
    status,
    what,
    repo,
    endpoint,
    hasToken: token !== undefined && token !== '',
    code: typeof code === 'string' ? code : '',
  });
}

/** Ranges and lengths count the bytes as they are on the line: packed ones could not be resumed. */
function plain(response: IncomingMessage, what: string): IncomingMessage {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return response;
  response.destroy();
  throw new AppError(
    'download-failed',
    `${what} came packed with ${encoding}, which was not asked for. A proxy on the way may be the cause.`,
  );
}

function redirected(from: URL, location: string, what: string): URL {
  const to = URL.parse(location, from.href);
  const safe = to && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'));
  if (safe) return to;
  throw new AppError('download-failed', `${what} cannot be had: ${from.host} redirects to "${location}", which is not followed.`);
}

function endpointOf(env: NodeJS.ProcessEnv): string {
  const text = env.HF_ENDPOINT?.trim() || 'https://huggingface.co';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new AppError('bad-request', `HF_ENDPOINT is "${text}"; it takes an address such as https://huggingface.co.`);
  }
  return text.replace(/\/+$/, '');
}

/** Agents know proxies since Node 24.5. Going past a proxy in silence is what must not happen. */
function requireProxySupport(env: NodeJS.ProcessEnv): void {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].filter((name) => env[name]);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (names.length === 0 || major > 24 || (major === 24 && minor >= 5)) return;
  throw new AppError(
    'unavailable',
    `${names[0]} is set, and this Node (${process.versions.node}) cannot use a proxy. Install Node 24.5 or later, or remove ${names.join(', ')}.`,
  );
}
