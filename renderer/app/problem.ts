/** @file From whatever was thrown to what people are told: a code, and the technical text for those who ask. */
import { AppError, type ErrorCode, fromWire, isErrorCode } from '../../core/api/errors.ts';

export type ProblemCode = ErrorCode | 'gone';

/** The contract's code where there is one; `gone` where nothing answered at all, which `fetch` reports as a TypeError. */
export function problemCode(error: unknown): ProblemCode {
  if (error instanceof TypeError) return 'gone';
  if (error instanceof AppError) return error.cause instanceof TypeError ? 'gone' : error.code;
  return 'internal';
}

export function technicalText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${problemCode(error)}: ${message}`;
}

/** The error in an answer that is not ok, for what does not go through the contract. */
export async function errorOf(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  const code = field(body, 'code');
  const message = field(body, 'message');
  return fromWire({
    code: isErrorCode(code) ? code : 'internal',
    message: typeof message === 'string' ? message : `HTTP ${response.status}`,
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
