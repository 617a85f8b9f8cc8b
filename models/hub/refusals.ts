/** @file What the Hub's refusals mean for the person who waits: a licence to accept, a token to make, a name that is wrong. */
import { AppError } from '../../core/api/errors.ts';

type Refused = {
  readonly status: number;
  /** What was asked for, as messages name it. */
  readonly what: string;
  readonly repo: string;
  readonly endpoint: string;
  readonly hasToken: boolean;
  /** Header x-error-code: GatedRepo, RepoNotFound, RevisionNotFound, EntryNotFound. */
  readonly code: string;
};

export function refusal({ status, what, repo, endpoint, hasToken, code }: Refused): AppError {
  const page = `${endpoint}/${repo}`;
  const token = hasToken
    ? 'The token in HF_TOKEN gives no access: make sure that its account has accepted and that it may read gated repositories.'
    : `Then make a token at ${endpoint}/settings/tokens and set it as HF_TOKEN.`;
  if (code === 'GatedRepo' || status === 403) {
    return new AppError(
      'download-failed',
      `${repo} is only given to people who accepted its licence. Sign in and accept it on ${page}. ${token}`,
    );
  }
  if (status === 401) {
    const reason = hasToken
      ? `The token in HF_TOKEN is refused, or there is no ${repo}.`
      : `There is no ${repo}, or it is private, or its licence has to be accepted on ${page}. ${token}`;
    return new AppError('download-failed', reason);
  }
  if (status === 404) return new AppError('download-failed', `${what} does not exist on ${endpoint}: see ${page}.`);
  return new AppError('download-failed', `${what} cannot be had: ${endpoint} answers ${status}.`);
}

/** Header retry-after, seconds or a date, in milliseconds from now. Undefined where it says nothing. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
